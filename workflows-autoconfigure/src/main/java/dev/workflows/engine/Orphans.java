package dev.workflows.engine;

import dev.workflows.store.Owned;
import dev.workflows.store.WorkflowStore;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Instances that this node owns but does not run: their creation was committed although the commit seemed to fail, or
 * their end could not be stored. They would wait for as long as this node lives, so they are made due again.
 */
final class Orphans {

    /** Under another epoch it is another claim, which may just have been made. */
    private record Suspect(long key, long epoch) {}

    private static final Logger log = LoggerFactory.getLogger(Orphans.class);

    private final WorkflowStore store;
    /** Since when, as {@link System#nanoTime} counts. */
    private Map<Suspect, Long> suspects = Map.of();

    Orphans(WorkflowStore store) {
        this.store = store;
    }

    /**
     * Makes due what was an orphan an earlier time too, and is not on its way from its claim to its thread any more.
     *
     * @param owned what this node owns
     * @param running what it ran just before
     * @param handedOverUntil what it owned until then was running just before, or had been
     * @return how many
     */
    int release(String node, List<Owned> owned, Set<Long> running, long handedOverUntil) {
        long now = System.nanoTime();
        Map<Suspect, Long> orphans = new HashMap<>();
        int released = 0;
        for (Owned instance : owned) {
            if (!running.contains(instance.key())) {
                Suspect suspect = new Suspect(instance.key(), instance.epoch());
                long since = suspects.getOrDefault(suspect, now);
                orphans.put(suspect, since);
                if (since - handedOverUntil < 0 && store.takeBack(node, instance.key(), instance.epoch())) {
                    released++;
                }
            }
        }
        suspects = orphans;
        if (released > 0) {
            log.warn("node={} owned {} instances that it did not run: they go on", node, released);
        }
        return released;
    }
}
