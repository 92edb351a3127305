package dev.workflows.actuate;

import dev.workflows.DurationText;
import dev.workflows.store.WorkflowStore;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Asks the database for an answer, one question at a time: however often one asks, at most one thread hangs. */
final class DatabaseAnswer {

    private static final Duration LONGEST = Duration.ofSeconds(1);

    private final WorkflowStore store;
    private @Nullable FutureTask<?> asked;

    DatabaseAnswer(WorkflowStore store) {
        this.store = store;
    }

    /** Returns within a second: empty if the database answers, or else what is wrong. */
    Optional<Throwable> problem() throws InterruptedException {
        FutureTask<?> question = ask();
        try {
            question.get(LONGEST.toMillis(), TimeUnit.MILLISECONDS);
            return Optional.empty();
        } catch (ExecutionException e) {
            return Optional.of(e.getCause() == null ? e : e.getCause());
        } catch (TimeoutException e) {
            return Optional.of(new TimeoutException("No answer within " + DurationText.shortly(LONGEST)));
        }
    }

    private synchronized FutureTask<?> ask() {
        FutureTask<?> pending = asked;
        if (pending != null && !pending.isDone()) {
            return pending;
        }
        FutureTask<?> question = new FutureTask<>(store::ping, true);
        asked = question;
        Thread thread = new Thread(question, "workflows-health");
        thread.setDaemon(true);
        thread.start();
        return question;
    }
}
