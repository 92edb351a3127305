package dev.workflows.engine;

import dev.workflows.StepFailedException;
import dev.workflows.StepTimeoutException;
import dev.workflows.store.Checkpoint;
import dev.workflows.store.Claim;
import dev.workflows.store.Failure;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.UndeclaredThrowableException;
import java.time.Duration;
import java.util.Objects;

/** Turns exceptions into what is stored of them, and back into what {@code run} sees. */
final class Failures {

    private static final int MAX_NAME = 256;
    private static final int MAX_MESSAGE = 4_000;
    private static final int MAX_STACK = 16_000;
    private static final String TIMEOUT = StepTimeoutException.class.getSimpleName();

    private Failures() {}

    /** What the user's code threw, without what reflection wrapped around it. */
    static Throwable unwrap(Throwable thrown) {
        boolean wrapper = thrown instanceof UndeclaredThrowableException || thrown instanceof InvocationTargetException;
        return wrapper && thrown.getCause() != null ? unwrap(thrown.getCause()) : thrown;
    }

    /** A step's failure that {@code run} did not catch is the instance's, as it was stored for the step. */
    static Failure of(Throwable thrown) {
        if (thrown instanceof StepFailedException step) {
            return new Failure(step.errorName(), step.errorMessage(), step.errorStack());
        }
        if (thrown instanceof UnstorableResultException && thrown.getCause() != null) {
            return of(thrown.getCause());
        }
        return new Failure(text(name(thrown.getClass()), MAX_NAME), text(message(thrown), MAX_MESSAGE), stack(thrown));
    }

    static Failure timeout(Duration timeout) {
        return new Failure(TIMEOUT, "Execution timed out after %dms".formatted(timeout.toMillis()), "");
    }

    static Failure tooManySteps(Claim claim, int limit) {
        return new Failure(
                "StepLimitExceededException",
                ("Instance \"%s\" of workflow \"%s\" called more than %d steps, which is the limit. Does a loop of run not come "
                                + "to its end? If it is meant to do so much, raise @Workflow(maxSteps), or let it start children")
                        .formatted(claim.id(), claim.workflow(), limit),
                "");
    }

    static Failure interrupted() {
        return new Failure(
                "Interrupted", "The node stopped inside this attempt, or between it and the step before it", "");
    }

    /** What the call of a failed step throws, at the first pass and at every replay. */
    static StepFailedException thrownBy(Checkpoint checkpoint, Failure failure) {
        String step = checkpoint.key().name();
        return failure.name().equals(TIMEOUT)
                ? new StepTimeoutException(
                        step, checkpoint.attempts(), failure.name(), failure.message(), failure.stack())
                : new StepFailedException(
                        step, checkpoint.attempts(), failure.name(), failure.message(), failure.stack());
    }

    private static String name(Class<?> type) {
        return type.isAnonymousClass() ? name(type.getSuperclass()) : type.getSimpleName();
    }

    private static String message(Throwable thrown) {
        try {
            return Objects.requireNonNullElse(thrown.getMessage(), "");
        } catch (RuntimeException | Error e) {
            return "(its message cannot be read: %s)".formatted(e.getClass().getName());
        }
    }

    private static String stack(Throwable thrown) {
        StringWriter stack = new StringWriter();
        try {
            thrown.printStackTrace(new PrintWriter(stack));
        } catch (RuntimeException | Error e) {
            stack.append("(its stack trace cannot be read: %s)"
                    .formatted(e.getClass().getName()));
        }
        return text(stack.toString(), MAX_STACK);
    }

    /** PostgreSQL has no zero character in texts, and neither database a half surrogate pair. */
    private static String text(String text, int limit) {
        String cut = text.length() > limit ? text.substring(0, limit - 1) + "…" : text;
        StringBuilder clean = new StringBuilder(cut.length());
        cut.codePoints()
                .map(c -> c == 0 || Character.getType(c) == Character.SURROGATE ? '\uFFFD' : c)
                .forEach(clean::appendCodePoint);
        return clean.toString();
    }
}
