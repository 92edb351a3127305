package dev.workflows.test;

/**
 * Where a test runs what blocks, as an {@link java.util.concurrent.Executor}: the common pool has one thread on a machine with
 * two processors, and completes the ends of processes there too.
 */
public final class OwnThread {

    private OwnThread() {}

    /** Begins the work on a thread that does not keep the JVM alive. */
    public static void start(Runnable work) {
        Thread thread = new Thread(work, "test");
        thread.setDaemon(true);
        thread.start();
    }
}
