package dev.workflows.store;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What there is to claim, and when there will be more.
 *
 * @param count how many instances are due, up to {@link #MOST}; they may have to wait for others all the same
 * @param next how long until another one becomes due; null if none will by itself
 */
public record Due(int count, @Nullable Duration next) {

    /** As many as are counted. */
    public static final int MOST = 100;

    /** Whether no more are due than were counted. */
    public boolean isAll() {
        return count < MOST;
    }

    /** Whether any instance is due. */
    public boolean now() {
        return count > 0;
    }
}
