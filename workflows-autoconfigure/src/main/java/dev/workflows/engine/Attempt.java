package dev.workflows.engine;

/** A body running on a thread, and who may interrupt it: only while it runs, and only the first to ask. */
final class Attempt {

    enum Fate {
        /** Nobody interferes. */
        UNDISTURBED,
        /** Interrupted at its timeout. */
        TIMED_OUT,
        /** Interrupted because this node stops. */
        STOPPED,
        /** Interrupted at its timeout and running on regardless: what it does no longer counts. */
        ABANDONED
    }

    private final Thread thread = Thread.currentThread();
    private Fate fate = Fate.UNDISTURBED;
    private boolean ended;

    synchronized boolean interrupt(Fate why) {
        if (ended || fate != Fate.UNDISTURBED) {
            return false;
        }
        fate = why;
        thread.interrupt();
        return true;
    }

    /** True if the body was interrupted at its timeout and has not ended since. */
    synchronized boolean abandon() {
        if (ended || fate != Fate.TIMED_OUT) {
            return false;
        }
        fate = Fate.ABANDONED;
        return true;
    }

    /** The body has ended: nobody interrupts this thread from here on, and no interrupt is left behind for the engine. */
    synchronized Fate end() {
        ended = true;
        Thread.interrupted();
        return fate;
    }
}
