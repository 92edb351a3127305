package dev.workflows;

import java.time.Duration;
import java.time.Instant;

/**
 * What only the engine can do inside {@code run}. A wait is stored and leaves the thread: the instance goes on when the
 * time has come, on whatever thread, after whatever restarts.
 */
public interface WorkflowStep {

    /**
     * Waits. Zero or less returns at once.
     *
     * @param name the wait's name, 1 to 256 characters, no control characters, no half of a surrogate pair
     * @param duration at most 365 days
     * @throws IllegalArgumentException if the name or the duration is out of bounds
     */
    void sleep(String name, Duration duration);

    /**
     * Waits, for a duration written as in {@link Step}: {@code step.sleep("cool down", "2.5 minutes")}.
     *
     * @throws IllegalArgumentException if the name is out of bounds, or the duration is or cannot be read
     */
    void sleep(String name, String duration);

    /**
     * Waits until a time.
     *
     * @throws IllegalArgumentException if the time is more than 365 days away, or past when the wait is first reached
     */
    void sleepUntil(String name, Instant time);
}
