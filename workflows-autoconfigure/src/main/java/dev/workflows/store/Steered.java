package dev.workflows.store;

import dev.workflows.Status;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of an attempt to steer an instance.
 *
 * @param key the instance's key
 * @param from the status that it was in
 * @param applied false if nothing was changed, because that status refuses it
 * @param terminated the keys of its children, and of theirs, that were terminated with it
 * @param signalled the key of its parent, which has been told that it ended; null if none has
 */
public record Steered(
        long key,
        Status from,
        boolean applied,
        List<Long> terminated,
        @Nullable Long signalled) {

    public Steered(long key, Status from, boolean applied) {
        this(key, from, applied, List.of(), null);
    }

    public Steered terminating(List<Long> children) {
        return new Steered(key, from, applied, children, signalled);
    }

    /** Whether a node had the instance, and has to be told. */
    public boolean wasOwned() {
        return from == Status.RUNNING || from == Status.WAITING_FOR_PAUSE;
    }
}
