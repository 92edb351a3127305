package dev.workflows.engine;

import dev.workflows.store.Checkpoint;
import dev.workflows.store.StepKey;
import dev.workflows.store.WorkflowStore;
import dev.workflows.store.Written;
import java.time.Instant;
import java.util.Objects;
import java.util.function.Supplier;

/** Values that differ from call to call and must not differ from replay to replay: each is a checkpoint. */
final class Values {

    private final WorkflowStore store;
    private final Patience patience;
    private final Payloads payloads;

    Values(WorkflowStore store, Patience patience, Payloads payloads) {
        this.store = store;
        this.patience = patience;
        this.payloads = payloads;
    }

    /** The text of a value, as it was when the call was first reached. */
    String get(Branch branch, String name, Supplier<String> value) {
        Pass pass = branch.pass();
        StepKey key = branch.nextKey(StepKey.Kind.VALUE, name);
        Checkpoint stored = pass.history().checkpoints().get(key);
        PayloadSpec spec = PayloadSpec.value(key, pass.claim());
        return stored == null
                ? store(pass, key, spec, value.get())
                : String.valueOf(payloads.read(Objects.requireNonNull(stored.output()), spec));
    }

    private String store(Pass pass, StepKey key, PayloadSpec spec, String value) {
        pass.undo().requireNotFinding();
        Instant now = pass.clock().next();
        Checkpoint made = Checkpoint.completed(key, payloads.writeResult(value, spec), 1, now, now);
        Written written = patience.insist(() -> store.append(pass.claim(), made));
        // it is there already if the commit was in doubt, and had happened
        if (written == Written.STALE) {
            throw pass.lost();
        }
        return value;
    }
}
