package dev.workflows.engine;

import dev.workflows.Backoff;
import dev.workflows.StepDelay;
import dev.workflows.StepOptions;
import java.lang.reflect.Type;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.interceptor.TransactionAttribute;

/**
 * A {@link dev.workflows.Step} method as it is written.
 *
 * @param aliases its former names
 * @param where the class and method, for people
 * @param returnType with its type arguments
 * @param key what its calls are told apart by; null for their order
 * @param delayFunction says each wait instead of the settings; null for none
 * @param rollback what undoes it; null for nothing
 * @param transaction null unless the method's database writes are to commit with its checkpoint, or it only reads
 */
record StepDeclaration(
        String name,
        List<String> aliases,
        String where,
        Type returnType,
        StepSettings settings,
        List<Class<? extends Throwable>> noRetryFor,
        boolean sensitive,
        @Nullable TransactionAttribute transaction,
        @Nullable KeyExpression key,
        @Nullable StepDelay delayFunction,
        @Nullable RollbackDeclaration rollback) {

    /** A step that is given as a lambda. */
    static StepDeclaration lambda(String name, Type returnType, StepOptions options) {
        StepSettings settings = new StepSettings(
                options.retries(),
                options.delay(),
                options.backoff() == Backoff.AS_CONFIGURED ? null : options.backoff(),
                options.maxDelay(),
                options.jitter(),
                options.timeout());
        return new StepDeclaration(
                name,
                List.of(),
                "a lambda",
                returnType,
                settings,
                options.noRetryFor(),
                options.sensitive(),
                null,
                null,
                options.delayFunction(),
                RollbackDeclaration.lambda(name, options));
    }
}
