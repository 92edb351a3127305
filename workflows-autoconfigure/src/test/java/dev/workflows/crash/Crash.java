package dev.workflows.crash;

import static org.awaitility.Awaitility.await;

import dev.workflows.test.OwnThread;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;

/** What the bodies of a node tell the test, and where the test has them wait. */
class Crash implements SmartLifecycle {

    /** What an instance does at its point. */
    enum Hold {
        /** It goes on. */
        NOT,
        /** It waits until it is interrupted. */
        FOREVER,
        /** It waits for the signal "go". */
        UNTIL_GO,
        /** It waits for the signal "go", and does not listen to interruptions. */
        STUBBORN
    }

    private final Journal journal;
    private final Signals signals;
    private final String node;
    private final Hold hold;
    private volatile boolean running;

    Crash(
            @Value("${crash.directory}") Path directory,
            @Value("${crash.node}") String node,
            @Value("${crash.hold:not}") Hold hold) {
        this.journal = Journal.in(directory);
        this.signals = new Signals(directory);
        this.node = node;
        this.hold = hold;
    }

    /** To be called first by every step's body. */
    Journal.Entry entered() {
        return journal.entered(node);
    }

    /** To be called first by every rollback. */
    Journal.Entry undone() {
        return journal.undone(node);
    }

    /** Holds the instance here, if this is its point and it has not been held before. */
    void reach(CrashPoint point, String instance) {
        if (instance.equals(point.instance())) {
            hold(instance);
        }
    }

    /** Holds the instance here, if it has not been held before. */
    void hold(String instance) {
        if (hold == Hold.NOT || signals.isRaised(instance)) {
            return;
        }
        signals.raise(instance);
        switch (hold) {
            case FOREVER -> waitForever();
            case UNTIL_GO -> signals.awaitRaised("go");
            case STUBBORN -> waitStubbornly();
            default -> throw new IllegalStateException();
        }
    }

    /** Tells what waits for it on another thread. */
    void reached(String place) {
        signals.raise("reached-" + place);
    }

    void awaitReached(String place) {
        signals.awaitRaised("reached-" + place);
    }

    /** Waits for as long as its process lives, and does not listen to interruptions; not where nothing is to be held. */
    void stay() {
        while (hold != Hold.NOT) {
            LockSupport.park();
            // it would not park again
            Thread.interrupted();
        }
    }

    private static void waitForever() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }

    private void waitStubbornly() {
        while (!signals.isRaised("go")) {
            Thread.onSpinWait();
        }
    }

    /** Before the engine starts. */
    @Override
    public void start() {
        running = true;
        signals.raise("up-" + node);
    }

    @Override
    public int getPhase() {
        return 0;
    }

    @Override
    public void stop() {
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** Says when the engine, having been told to stop, waits for running attempts. */
    @EventListener
    void closing(ContextClosedEvent event) {
        OwnThread.start(() -> {
            try {
                await().atMost(Signals.PATIENCE)
                        .pollInterval(Duration.ofMillis(5))
                        .until(Crash::isDraining);
                signals.raise("draining-" + node);
            } catch (ConditionTimeoutException e) {
                // its bodies had ended before anybody looked: who waits for the signal says so
            }
        });
    }

    private static boolean isDraining() {
        return Thread.getAllStackTraces().values().stream()
                .flatMap(Stream::of)
                .anyMatch(frame -> frame.getClassName().equals("dev.workflows.engine.Passes")
                        && frame.getMethodName().equals("awaitNone"));
    }
}
