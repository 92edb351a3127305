package dev.workflows.engine;

import dev.workflows.store.Owned;
import dev.workflows.store.WorkflowStore;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Instances that this node owns but does not run: their creation was committed although the commit seemed to fail, or
 * their end could not be stored. They would wait for as long as this node lives, so they are made due again.
 */
final class Orphans {

    private static final Logger log = LoggerFactory.getLogger(Orphans.class);

    private final WorkflowStore store;
    private Set<Long> suspects = Set.of();

    Orphans(WorkflowStore store) {
        this.store = store;
    }

    /**
     * Makes due what was an orphan the last time too; once may be the moment between a claim and its thread.
     *
     * @param owned what this node owns
     * @param running what it runs
     * @return how many
     */
    int release(String node, List<Owned> owned, Set<Long> running) {
        Set<Long> orphans = new HashSet<>();
        owned.forEach(instance -> orphans.add(instance.key()));
        orphans.removeAll(running);
        int released = 0;
        for (long key : orphans) {
            if (suspects.contains(key) && store.takeBack(node, key)) {
                released++;
            }
        }
        suspects = orphans;
        if (released > 0) {
            log.warn("node={} owned {} instances that it did not run: they go on", node, released);
        }
        return released;
    }
}
