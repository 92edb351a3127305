package dev.workflows;

import java.time.Duration;

/** Says how long to wait after a failed attempt. */
@FunctionalInterface
public interface StepDelay {

    /**
     * @param attempt which one failed, from 1
     * @param thrown what it threw
     * @return the wait, used as it is: neither backoff nor jitter is applied to it
     */
    Duration after(int attempt, Throwable thrown);
}
