package dev.workflows.engine;

import dev.workflows.Retention;
import dev.workflows.WorkflowEntrypoint;
import dev.workflows.WorkflowEvent;
import dev.workflows.store.Claim;
import dev.workflows.store.Ending;
import dev.workflows.store.Failure;
import dev.workflows.store.Wake;
import dev.workflows.store.WorkflowStore;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Enters {@code run} for a claimed instance, and stores how it ended. */
final class InstanceRunner {

    private static final Logger log = LoggerFactory.getLogger(InstanceRunner.class);

    private final Workflows workflows;
    private final Tools tools;
    private final WorkflowStore store;
    private final Patience patience;
    private final Passes passes;

    InstanceRunner(Workflows workflows, Tools tools, WorkflowStore store, Patience patience, Passes passes) {
        this.workflows = workflows;
        this.tools = tools;
        this.store = store;
        this.patience = patience;
        this.passes = passes;
    }

    /** Runs until the instance has ended, waits, or is somebody else's; then the slot is free. */
    void run(Claim claim, Slot slot) {
        Duration dueIn = null;
        try {
            WorkflowDefinition definition = workflows.definition(claim.workflow());
            Pass pass = passes.begin(claim, definition, tools.steps(), slot);
            try {
                if (!claim.isFirst()) {
                    pass.goOnFrom(patience.insist(() -> store.history(claim)));
                }
                run(pass);
            } finally {
                passes.end(pass);
            }
            dueIn = pass.dueIn();
        } catch (RuntimeException | Error e) {
            log.error(
                    "workflow={} instance={} could not be run, or its end could not be stored; it is taken up again soon",
                    claim.workflow(),
                    claim.id(),
                    e);
        } finally {
            slot.free(dueIn);
        }
    }

    private void run(Pass pass) {
        log.info("{} {}", pass, pass.claim().isFirst() ? "started" : "goes on");
        Object output = null;
        Throwable thrown = null;
        pass.root().bind();
        try {
            output = enter(pass);
        } catch (Throwable t) {
            thrown = t;
        } finally {
            Branch.unbind();
            // whatever run left behind must not reach the database's files and sockets
            Thread.interrupted();
        }
        switch (pass.state()) {
            case RUNNING -> end(pass, output, thrown);
            case SUSPENDED -> {
                warnIfSwallowed(pass, thrown);
                giveUp(pass);
            }
            case STOPPED -> handBack(pass);
            case LOST -> log.info("{} is no longer run here", pass);
        }
    }

    private @Nullable Object enter(Pass pass) throws Exception {
        Claim claim = pass.claim();
        Object payload = workflows.payloads().read(claim.params(), PayloadSpec.params(pass.definition(), claim));
        WorkflowEntrypoint<@Nullable Object, Object> entrypoint = workflows.entrypoint(pass.definition());
        return entrypoint.run(
                new WorkflowEvent<>(payload, claim.createdAt(), claim.id(), claim.workflow()),
                new DefaultWorkflowStep(pass, tools));
    }

    private void end(Pass pass, @Nullable Object output, @Nullable Throwable thrown) {
        Ending ending = ending(pass, output, thrown);
        Claim claim = pass.claim();
        Retention retention = claim.retention() == null ? workflows.retention(pass.definition()) : claim.retention();
        Failure failure = ending.failure();
        Duration keep = failure == null ? retention.success() : retention.error();
        if (!patience.insist(() -> store.end(claim, ending, keep))) {
            pass.lose();
            log.info("{} is no longer run here", pass);
        } else if (failure == null) {
            log.info("{} is complete", pass);
        } else {
            log.warn("{} is errored: {}: {}", pass, failure.name(), failure.message());
        }
    }

    private Ending ending(Pass pass, @Nullable Object output, @Nullable Throwable thrown) {
        if (thrown != null) {
            return Ending.errored(Failures.of(Failures.unwrap(thrown)));
        }
        try {
            PayloadSpec spec = PayloadSpec.output(pass.definition(), PayloadSpec.of(pass.claim()));
            String stored = workflows.payloads().writeResult(output, spec);
            workflows.payloads().read(stored, spec);
            return Ending.complete(stored, spec.sensitive());
        } catch (RuntimeException e) {
            return Ending.errored(Failures.of(e));
        }
    }

    /** Unless that has been done by the write that stored what it waits for. */
    private void giveUp(Pass pass) {
        Wake wake = pass.wake();
        if (wake != null) {
            patience.insist(() -> store.suspend(pass.claim(), wake));
        }
        log.info("{} is waiting", pass);
    }

    private void handBack(Pass pass) {
        patience.insist(() -> store.release(pass.claim(), pass.wasCutOff()));
        log.info("{} is handed back", pass);
    }

    private static void warnIfSwallowed(Pass pass, @Nullable Throwable thrown) {
        if (!(thrown instanceof Suspension)) {
            log.warn(
                    "{} run caught the error by which a wait leaves the thread, and went on: catch Exception instead of "
                            + "Throwable, and do not return from finally",
                    pass);
        }
    }
}
