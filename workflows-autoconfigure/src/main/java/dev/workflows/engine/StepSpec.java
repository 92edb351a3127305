package dev.workflows.engine;

import dev.workflows.Backoff;
import dev.workflows.DurationText;
import dev.workflows.StepOptions;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.interceptor.TransactionAttribute;

/**
 * A step with all that applies to it in its workflow.
 *
 * @param declared whether it was found at start-up that a method declares it
 */
record StepSpec(
        String name,
        List<String> aliases,
        Type returnType,
        RetryPolicy retryPolicy,
        Duration timeout,
        boolean sensitive,
        boolean declared,
        @Nullable TransactionAttribute transaction,
        @Nullable KeyExpression key,
        @Nullable RollbackDeclaration rollback) {

    /** @param settings with nothing left open but the longest delay */
    static StepSpec of(StepDeclaration declaration, StepSettings settings) {
        RetryPolicy policy = new RetryPolicy(
                Objects.requireNonNull(settings.retries()),
                Objects.requireNonNull(settings.delay()),
                Objects.requireNonNull(settings.backoff()),
                settings.maxDelay(),
                Objects.requireNonNull(settings.jitter()),
                declaration.delayFunction(),
                declaration.noRetryFor());
        return new StepSpec(
                declaration.name(),
                declaration.aliases(),
                declaration.returnType(),
                policy,
                Objects.requireNonNull(settings.timeout()),
                declaration.sensitive(),
                false,
                declaration.transaction(),
                declaration.key(),
                declaration.rollback());
    }

    StepSpec withDeclared(boolean found) {
        return new StepSpec(
                name, aliases, returnType, retryPolicy, timeout, sensitive, found, transaction, key, rollback);
    }

    /** What applies to it, as its body may see it. */
    StepOptions options() {
        return new StepOptions(
                retryPolicy.retries(),
                retryPolicy.delay(),
                retryPolicy.backoff(),
                retryPolicy.maxDelay(),
                retryPolicy.jitter(),
                timeout,
                retryPolicy.delayFunction(),
                retryPolicy.noRetryFor(),
                sensitive,
                null,
                null,
                null);
    }

    /** Whether the body's database writes and its checkpoint are one transaction; one that only reads has an end of its own. */
    boolean commitsWithCheckpoint() {
        return transaction != null && !transaction.isReadOnly();
    }

    /** In a line, for the log at start-up. */
    String describe() {
        RetryPolicy policy = retryPolicy;
        StringBuilder text = new StringBuilder("\"").append(name).append("\" (");
        if (policy.retries() == 0) {
            text.append("no retries");
        } else {
            text.append(policy.retries()).append(policy.retries() == 1 ? " retry after " : " retries after ");
            text.append(DurationText.shortly(policy.delay()));
            text.append(policy.backoff() == Backoff.CONSTANT ? "" : " " + word(policy.backoff()));
            text.append(policy.maxDelay() == null ? "" : ", at most " + DurationText.shortly(policy.maxDelay()));
            text.append(policy.jitter() == 0 ? "" : ", jitter " + policy.jitter());
        }
        text.append(", timeout ").append(DurationText.shortly(timeout));
        text.append(commitsWithCheckpoint() ? ", transactional" : "");
        return text.append(sensitive ? ", sensitive)" : ")").toString();
    }

    private static String word(Backoff backoff) {
        return backoff.name().toLowerCase(Locale.ROOT);
    }
}
