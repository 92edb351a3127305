package dev.workflows.store;

import dev.workflows.Retention;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The right to run an instance, until another claim has a higher epoch.
 *
 * @param key the instance's key in the database
 * @param epoch the fencing number that every write carries; 1 is an instance's first claim
 * @param interrupted whether the claim before this one ended without a word, maybe inside an attempt
 */
public record Claim(
        long key,
        String workflow,
        String id,
        long epoch,
        String params,
        Instant createdAt,
        @Nullable Retention retention,
        boolean interrupted) {

    /** Whether the instance has never been claimed before, so that it has no history. */
    public boolean isFirst() {
        return epoch == 1;
    }
}
