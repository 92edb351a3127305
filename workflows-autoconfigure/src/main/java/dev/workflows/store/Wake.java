package dev.workflows.store;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * When an instance that is given up is due again.
 *
 * @param after how long from now; null if time alone does not wake it
 * @param signals due at once if the instance has been signalled more often than so; null if signals do not wake it
 */
public record Wake(@Nullable Duration after, @Nullable Long signals) {

    public static Wake after(Duration after) {
        return new Wake(after, null);
    }
}
