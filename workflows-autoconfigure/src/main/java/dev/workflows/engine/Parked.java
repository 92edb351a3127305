package dev.workflows.engine;

import dev.workflows.store.Wake;
import java.time.Duration;
import java.util.Collection;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A branch that has nothing to do until then.
 *
 * @param due a time, as {@link System#nanoTime} counts; null if time alone does not wake it
 * @param after wakes at a signal after this one; null if signals do not wake it
 * @param forPause wakes when the instance is no longer to be paused
 */
record Parked(Branch branch, @Nullable Long due, @Nullable Signal after, boolean forPause) {

    /**
     * The latest signal that a branch knows of.
     *
     * @param rung how often this pass has been told of one
     * @param count how often the instance had been signalled by then, as the database counts
     */
    record Signal(long rung, long count) {}

    static Parked forPause(Branch branch) {
        return new Parked(branch, null, null, true);
    }

    static Parked until(Branch branch, @Nullable Duration left, @Nullable Signal after) {
        return new Parked(branch, left == null ? null : System.nanoTime() + left.toNanos(), after, false);
    }

    boolean isOver(long now, long rung, boolean pausing) {
        return forPause && !pausing || due != null && due - now <= 0 || after != null && rung > after.rung();
    }

    /** When an instance is to be taken up again of which nothing is left but these. */
    static Wake first(Collection<Parked> parked, long now) {
        if (parked.stream().anyMatch(Parked::forPause)) {
            // resumed in the meantime, it has no reason to wait
            return Wake.after(Duration.ZERO);
        }
        Duration after = parked.stream()
                .map(Parked::due)
                .filter(Objects::nonNull)
                .map(due -> due - now)
                .min(Long::compare)
                .map(left -> Duration.ofNanos(Math.max(0, left)))
                .orElse(null);
        Long seen = parked.stream()
                .map(Parked::after)
                .filter(Objects::nonNull)
                .map(Signal::count)
                .min(Long::compare)
                .orElse(null);
        return new Wake(after, seen);
    }
}
