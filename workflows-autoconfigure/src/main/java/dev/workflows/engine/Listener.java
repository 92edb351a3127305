package dev.workflows.engine;

import dev.workflows.DurationText;
import dev.workflows.store.Subscription;
import dev.workflows.store.WorkflowStore;
import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hears what other nodes tell, for as long as this one runs instances. */
final class Listener {

    private static final Logger log = LoggerFactory.getLogger(Listener.class);

    /** How soon it notices that this node stops; nothing is asked of the database meanwhile. */
    private static final Duration LONGEST_WAIT = Duration.ofMillis(100);

    private static final Duration CHECKED_EVERY = Duration.ofSeconds(30);
    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    private static final Duration LONGEST_RETRY = Duration.ofMinutes(1);

    private final WorkflowStore store;
    private final Consumer<Set<Long>> told;
    private final Wakeup retry = new Wakeup();
    private Duration wait = FIRST_RETRY;
    private String reported = "";
    private volatile boolean hearing;
    private volatile boolean stopped;

    /** @param told is given the instances that were steered; none if something is due, or may have been missed */
    Listener(WorkflowStore store, Consumer<Set<Long>> told) {
        this.store = store;
        this.told = told;
    }

    /** Whether this node hears what others tell. */
    boolean isHearing() {
        return hearing;
    }

    void stop() {
        stopped = true;
        retry.in(Duration.ZERO);
    }

    /** Listens until stopped, on the calling thread; or not at all, if there is nothing to listen to. */
    void listenUntilStopped() {
        while (!stopped) {
            try (Subscription subscription = store.subscribe().orElse(null)) {
                if (subscription == null) {
                    return;
                }
                listen(subscription);
            } catch (RuntimeException e) {
                hearing = false;
                retryLater(e);
            } finally {
                hearing = false;
            }
        }
    }

    private void listen(Subscription subscription) {
        hearing = true;
        wait = FIRST_RETRY;
        reported = "";
        // what was told before that is not told again
        told.accept(Set.of());
        long checkedAt = System.nanoTime();
        while (!stopped) {
            subscription.await(LONGEST_WAIT).ifPresent(told);
            if (System.nanoTime() - checkedAt > CHECKED_EVERY.toNanos()) {
                subscription.check();
                checkedAt = System.nanoTime();
            }
        }
    }

    private void retryLater(RuntimeException reason) {
        if (stopped) {
            return;
        }
        String message = String.valueOf(reason.getMessage());
        if (!message.equals(reported)) {
            log.info(
                    "What other nodes tell is not heard, so this node looks for itself; next try in {}: {}",
                    DurationText.shortly(wait),
                    message);
            reported = message;
        }
        retry.in(wait);
        retry.await();
        Duration doubled = wait.multipliedBy(2);
        wait = doubled.compareTo(LONGEST_RETRY) < 0 ? doubled : LONGEST_RETRY;
    }
}
