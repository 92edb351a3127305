package dev.workflows.engine;

import dev.workflows.store.Checkpoint;
import dev.workflows.store.StepKey;
import dev.workflows.store.WorkflowStore;
import dev.workflows.store.Written;
import java.time.Instant;

/** Tells instances that come to a place for the first time from those that had passed it before the code was changed there. */
final class Patches {

    private final WorkflowStore store;
    private final Patience patience;

    Patches(WorkflowStore store, Patience patience) {
        this.store = store;
        this.patience = patience;
    }

    boolean patched(Branch branch, String name) {
        Pass pass = branch.pass();
        StepKey key = branch.nextKey(StepKey.Kind.PATCH, name);
        if (pass.history().checkpoints().containsKey(key)) {
            return true;
        }
        if (branch.hasGoneOnBefore()) {
            return false;
        }
        pass.undo().requireNotFinding();
        Instant now = pass.clock().next();
        Checkpoint marker = Checkpoint.completed(key, "true", 1, now, now);
        // it is there already if the commit was in doubt, and had happened
        if (patience.insist(() -> store.append(pass.claim(), marker)) == Written.STALE) {
            throw pass.lost();
        }
        return true;
    }
}
