package dev.workflows.engine;

import dev.workflows.store.Checkpoint;
import dev.workflows.store.StepKey;
import dev.workflows.store.WorkflowStore;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Instances that have completed steps which this application does not have: another version of it, on another node, may
 * have them.
 */
final class UnknownSteps {

    static final String CURE =
            "Keep the method of a step as long as instances run that have called it; name its former name "
                    + "in @Step(aliases) if it was renamed; or let them go on all the same, with workflows.replay-check=off";

    private static final Logger log = LoggerFactory.getLogger(UnknownSteps.class);
    private static final Duration DELAY = Duration.ofMinutes(1);

    private final DeclaredSteps declared;
    private final WorkflowStore store;
    private final Patience patience;
    private final SaidOnce<Long> reported = new SaidOnce<>(10_000);

    UnknownSteps(DeclaredSteps declared, WorkflowStore store, Patience patience) {
        this.declared = declared;
        this.store = store;
        this.patience = patience;
    }

    /** Leaves the instance to another node for a while, if it has any. False if it is to be run here. */
    boolean giveBack(Pass pass) {
        List<String> unknown = declared.unknown(
                pass.definition(),
                pass.history().checkpoints().values().stream()
                        .filter(Checkpoint::declared)
                        .map(Checkpoint::key)
                        .map(StepKey::name)
                        .distinct()
                        .toList());
        if (unknown.isEmpty()) {
            return false;
        }
        if (reported.isNew(pass.claim().key())) {
            log.warn(
                    "{} has completed steps that this application does not have: {}. It waits for a node that has them. {}",
                    pass,
                    unknown,
                    CURE);
        }
        if (patience.insist(() -> store.postpone(pass.claim(), DELAY))) {
            pass.givenUp(DELAY);
        } else {
            pass.lose();
        }
        return true;
    }
}
