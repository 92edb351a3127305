package dev.workflows.store;

import dev.workflows.Retention;
import dev.workflows.Schedule;
import dev.workflows.Status;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The right to run an instance, until another claim has a higher epoch.
 *
 * @param key the instance's key in the database
 * @param generation 1, and one more with every restart; steps belong to it
 * @param epoch the fencing number that every write carries; 1 is an instance's first claim
 * @param interrupted whether the claim before this one ended without a word, maybe inside an attempt
 * @param signals how often the instance had been signalled
 * @param version what the code that created it called itself
 * @param schedule the firing that created the instance; null if none did
 * @param deadline how long after its creation, or its last restart, the instance must have ended; null if it need not
 * @param ending what the instance ends as once it is rolled back; null unless it is being rolled back
 * @param parent the key of the instance that started it; null if none did
 * @param counted whether others may be waiting for this one to run no longer
 */
public record Claim(
        long key,
        String workflow,
        String id,
        int generation,
        long epoch,
        String params,
        Instant createdAt,
        @Nullable Retention retention,
        boolean interrupted,
        long signals,
        String version,
        @Nullable Schedule schedule,
        @Nullable Duration deadline,
        @Nullable Status ending,
        @Nullable Long parent,
        boolean counted) {

    /** The same, with nothing that the claim before it has left open. */
    public Claim undisturbed() {
        return new Claim(
                key,
                workflow,
                id,
                generation,
                epoch,
                params,
                createdAt,
                retention,
                false,
                signals,
                version,
                schedule,
                deadline,
                ending,
                parent,
                counted);
    }

    /** Whether the instance has never been claimed before, so that it has no history. */
    public boolean isFirst() {
        return epoch == 1;
    }
}
