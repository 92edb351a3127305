package dev.workflows.store;

import dev.workflows.Status;
import org.jspecify.annotations.Nullable;

/**
 * How an instance ends.
 *
 * @param output JSON; null unless it is complete
 * @param failure null unless it is errored
 * @param sensitive whether the output must not be shown
 */
public record Ending(
        Status status, @Nullable String output, @Nullable Failure failure, boolean sensitive) {

    public static Ending complete(String output, boolean sensitive) {
        return new Ending(Status.COMPLETE, output, null, sensitive);
    }

    public static Ending errored(Failure failure) {
        return new Ending(Status.ERRORED, null, failure, false);
    }
}
