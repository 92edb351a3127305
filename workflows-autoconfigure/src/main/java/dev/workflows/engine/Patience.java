package dev.workflows.engine;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.retry.RetryException;
import org.springframework.core.retry.RetryPolicy;
import org.springframework.core.retry.RetryTemplate;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.NonTransientDataAccessException;
import org.springframework.transaction.NestedTransactionNotSupportedException;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.TransactionSuspensionNotSupportedException;
import org.springframework.transaction.TransactionUsageException;

/**
 * Repeats what the database could not answer until it does: what a step has done must not be lost to an outage. A write
 * whose commit was in doubt is safe to repeat, since each changes nothing the second time.
 */
final class Patience {

    private static final Logger log = LoggerFactory.getLogger(Patience.class);

    private final RetryTemplate template;

    /** @param spent when to give up, and throw what the database said */
    Patience(BooleanSupplier spent) {
        this.template = new RetryTemplate(RetryPolicy.builder()
                .maxRetries(Long.MAX_VALUE)
                .delay(Duration.ofMillis(50))
                .multiplier(2)
                .maxDelay(Duration.ofSeconds(2))
                .predicate(thrown -> {
                    boolean again = mayPass(thrown) && !spent.getAsBoolean();
                    if (again) {
                        log.warn("The database did not answer, trying again: {}", thrown.toString());
                    }
                    return again;
                })
                .build());
    }

    <T> T insist(Supplier<T> work) {
        try {
            return template.<T>execute(work::get);
        } catch (RetryException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e);
        }
    }

    /** What a transaction manager refuses whatever its database says. */
    private static boolean isAboutTheCall(Throwable thrown) {
        return thrown instanceof TransactionUsageException
                || thrown instanceof NestedTransactionNotSupportedException
                || thrown instanceof TransactionSuspensionNotSupportedException;
    }

    private static boolean mayPass(Throwable thrown) {
        return thrown instanceof DataAccessResourceFailureException
                || thrown instanceof TransactionException && !isAboutTheCall(thrown)
                || thrown instanceof DataAccessException && !(thrown instanceof NonTransientDataAccessException);
    }
}
