package dev.workflows.engine;

import dev.workflows.Rollback;
import dev.workflows.store.Checkpoint;
import dev.workflows.store.Claim;
import dev.workflows.store.StepKey;
import dev.workflows.store.WorkflowStore;
import dev.workflows.store.Written;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rolls an instance back that is to end: enters {@code run} once more to find the steps that were started, and undoes
 * them. A rollback that is interrupted goes on where it was.
 */
final class RollbackRunner {

    private static final Logger log = LoggerFactory.getLogger(RollbackRunner.class);

    /** That it is known which steps were started. Steps have longer names. */
    private static final StepKey FOUND = new StepKey(StepKey.Kind.ROLLBACK, "", 1);

    /** Enters {@code run}. */
    @FunctionalInterface
    interface Entry {

        @Nullable
        Object enter(Pass pass) throws Exception;
    }

    private final StepRunner steps;
    private final WorkflowStore store;
    private final Patience patience;
    private final Entry entry;

    RollbackRunner(StepRunner steps, WorkflowStore store, Patience patience, Entry entry) {
        this.steps = steps;
        this.store = store;
        this.patience = patience;
        this.entry = entry;
    }

    /**
     * Rolls back, in a pass that has nothing else to do.
     *
     * @return how that went
     * @throws Suspension if the instance leaves this thread before it is through
     */
    Rollback.Outcome run(Pass pass) throws Throwable {
        log.info("{} is being rolled back", pass);
        find(pass);
        List<StepKey> missing = pass.undo().missing(pass.history());
        boolean complete = missing.isEmpty();
        if (!complete) {
            log.error(
                    "{} was not rolled back completely: run no longer comes to its steps {}, so what undoes them is not known",
                    pass,
                    missing);
        }
        for (Undoing undoing : pass.undo().latestFirst()) {
            complete &= steps.undo(pass, undoing);
        }
        pass.root().requireRunning();
        return complete ? Rollback.Outcome.COMPLETE : Rollback.Outcome.FAILED;
    }

    private void find(Pass pass) {
        // what was cut off is one of the instance's steps, or one of those that undo them
        boolean found = pass.history().checkpoints().containsKey(FOUND);
        boolean interrupted = found && pass.root().takeInterrupted();
        look(pass);
        pass.root().requireRunning();
        if (!found) {
            pass.root().takeInterrupted();
            note(pass);
        } else if (interrupted) {
            pass.root().interrupted();
        }
    }

    /** Enters {@code run} to see which steps were started; nothing new is begun. */
    void look(Pass pass) {
        pass.undo().find();
        try {
            entry.enter(pass);
        } catch (Throwable thrown) {
            log.debug("{} run ended with {}", pass, thrown.toString());
        }
        pass.undo().found();
    }

    private void note(Pass pass) {
        Claim claim = pass.claim();
        Instant now = pass.clock().next();
        Written written = patience.insist(() -> store.append(claim, Checkpoint.completed(FOUND, "null", 1, now, now)));
        if (written == Written.STALE) {
            throw pass.lost();
        }
    }
}
