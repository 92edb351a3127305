package dev.workflows.engine;

import dev.workflows.Retention;
import dev.workflows.Rollback;
import dev.workflows.WorkflowEntrypoint;
import dev.workflows.WorkflowEvent;
import dev.workflows.store.Claim;
import dev.workflows.store.Ending;
import dev.workflows.store.Failure;
import dev.workflows.store.Wake;
import dev.workflows.store.WorkflowStore;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
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
    private final RollbackRunner rollback;
    private final Endings endings;

    InstanceRunner(Workflows workflows, Tools tools, WorkflowStore store, Patience patience, Passes passes) {
        this.workflows = workflows;
        this.tools = tools;
        this.store = store;
        this.patience = patience;
        this.passes = passes;
        this.rollback = new RollbackRunner(tools.steps(), store, patience, this::enter);
        this.endings = new Endings(workflows.payloads());
    }

    /** Runs until the instance has ended, waits, or is somebody else's; then the slot is free. */
    void run(Claim claim, Slot slot) {
        try {
            WorkflowDefinition definition = workflows.definition(claim.workflow());
            Pass pass = passes.begin(claim, definition, tools.steps(), slot).orElse(null);
            if (pass == null) {
                return;
            }
            try {
                if (!claim.isFirst()) {
                    pass.goOnFrom(
                            patience.insist(() -> store.history(claim)),
                            claim.ending() == null ? workflows.replayCheck() : ReplayCheck.OFF);
                }
                if (workflows.replayCheck() != ReplayCheck.OFF
                        && tools.unknownSteps().giveBack(pass)) {
                    log.debug("{} is left to another node", pass);
                } else if (claim.ending() != null) {
                    rollBack(pass);
                } else if (claim.deadline() != null) {
                    runInTime(pass);
                } else {
                    run(pass);
                }
            } finally {
                // first: whoever awaits the end may be about to create the next one
                slot.free(pass.dueIn());
                passes.end(pass);
            }
        } catch (RuntimeException | Error e) {
            log.error(
                    "workflow={} instance={} could not be run, or its end could not be stored; it is taken up again soon",
                    claim.workflow(),
                    claim.id(),
                    e);
        } finally {
            slot.free(null);
        }
    }

    private void runInTime(Pass pass) {
        Optional<Duration> left = patience.insist(() -> store.untilDeadline(pass.claim()));
        if (left.isEmpty()) {
            pass.lose();
            leave(pass);
        } else if (left.get().compareTo(Duration.ZERO) <= 0) {
            endOverdue(pass);
        } else {
            passes.watch(pass, left.get());
            run(pass);
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
            passes.unwatch(pass);
            // whatever run left behind must not reach the database's files and sockets
            Thread.interrupted();
        }
        Pass.State state = pass.state();
        if (state == Pass.State.SUSPENDED) {
            warnIfSwallowed(pass, thrown);
        }
        if (state == Pass.State.RUNNING) {
            end(pass, output, thrown);
        } else {
            leave(pass);
        }
    }

    private void leave(Pass pass) {
        switch (pass.state()) {
            case RUNNING -> throw new IllegalStateException("Nothing says why " + pass + " left its thread");
            case SUSPENDED -> giveUp(pass);
            case FAILED -> end(pass, Ending.errored(Objects.requireNonNull(pass.failure())));
            case EXCEEDED -> fail(pass, Ending.errored(Objects.requireNonNull(pass.failure())));
            case STOPPED -> handBack(pass);
            case OVERDUE -> endInMidRun(pass);
            case LOST -> log.info("{} is no longer run here", pass);
        }
    }

    /** No body is entered: {@code run} only says whether there is anything to undo, if it has been entered before. */
    private void endOverdue(Pass pass) {
        if (!pass.claim().isFirst()) {
            pass.root().bind();
            try {
                rollback.look(pass);
            } finally {
                Branch.unbind();
                Thread.interrupted();
            }
        }
        if (pass.state() == Pass.State.RUNNING) {
            fail(pass, Endings.deadlineExceeded(pass.claim()));
        } else {
            leave(pass);
        }
    }

    /** A replay that was cut short may not have come to what can be undone: then the next pass looks for it. */
    private void endInMidRun(Pass pass) {
        if (pass.claim().isFirst() || pass.undo().isDeclared()) {
            fail(pass, Endings.deadlineExceeded(pass.claim()));
        } else {
            handBack(pass);
        }
        // it may have been given up just before, and is due in any case
        pass.dueNow();
    }

    private void rollBack(Pass pass) {
        Rollback.Outcome outcome = null;
        pass.root().bind();
        try {
            outcome = rollback.run(pass);
        } catch (Suspension e) {
            log.debug("{} is not rolled back yet", pass);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        } finally {
            Branch.unbind();
            Thread.interrupted();
        }
        if (outcome == null) {
            leave(pass);
            return;
        }
        Rollback.Outcome reached = outcome;
        Duration keep = retention(pass).error();
        boolean ended = patience.insist(() -> store.endRollback(pass.claim(), reached, keep));
        tellParent(pass);
        if (ended) {
            log.warn("{} is rolled back: {}", pass, reached.word());
        } else {
            log.info("{} is no longer run here", pass);
        }
    }

    private Retention retention(Pass pass) {
        Retention own = pass.claim().retention();
        return own == null ? workflows.retention(pass.definition()) : own;
    }

    private @Nullable Object enter(Pass pass) throws Exception {
        Claim claim = pass.claim();
        Object payload = workflows.payloads().read(claim.params(), PayloadSpec.params(pass.definition(), claim));
        WorkflowEntrypoint<@Nullable Object, Object> entrypoint = workflows.entrypoint(pass.definition());
        return entrypoint.run(
                new WorkflowEvent<>(payload, claim.createdAt(), claim.id(), claim.workflow(), claim.schedule()),
                new DefaultWorkflowStep(pass, tools));
    }

    private void end(Pass pass, @Nullable Object output, @Nullable Throwable thrown) {
        Mismatch mismatch = pass.replay().end();
        if (mismatch != null && pass.replay().isStrict() && thrown == null) {
            end(pass, Ending.errored(mismatch.failure()));
            return;
        }
        if (mismatch != null) {
            log.warn("{} {}", pass, mismatch);
        }
        Ending ending = endings.of(pass, output, thrown);
        if (ending.failure() == null) {
            end(pass, ending);
        } else {
            fail(pass, ending);
        }
    }

    private void fail(Pass pass, Ending ending) {
        if (pass.undo().isDeclared()) {
            Failure failure = Objects.requireNonNull(ending.failure());
            log.warn("{} fails, and is rolled back: {}: {}", pass, failure.name(), failure.message());
            rollBack(pass, ending);
        } else {
            end(pass, ending);
        }
    }

    private void end(Pass pass, Ending ending) {
        Claim claim = pass.claim();
        Retention retention = retention(pass);
        Failure failure = ending.failure();
        Duration keep = failure == null ? retention.success() : retention.error();
        boolean ended = patience.insist(() -> store.end(claim, ending, keep));
        tellParent(pass);
        if (!ended) {
            pass.lose();
            log.info("{} is no longer run here", pass);
        } else if (failure == null) {
            log.info("{} is complete", pass);
        } else {
            log.warn("{} is errored: {}: {}", pass, failure.name(), failure.message());
        }
    }

    /** In a pass of its own, which has the whole history. */
    private void rollBack(Pass failed, Ending ending) {
        Claim claim = failed.claim().undisturbed();
        if (!patience.insist(() -> store.beginRollback(claim, ending))) {
            failed.lose();
            log.info("{} is no longer run here", failed);
            return;
        }
        Pass pass = passes.begin(claim, failed.definition(), tools.steps(), failed.slot())
                .orElse(null);
        if (pass == null) {
            return;
        }
        try {
            pass.goOnFrom(patience.insist(() -> store.history(claim)), ReplayCheck.OFF);
            rollBack(pass);
        } finally {
            passes.end(pass);
        }
        failed.givenUp(pass.dueIn());
    }

    /** What the database knows already: its parent need not wait for a look at it. */
    private void tellParent(Pass pass) {
        Long parent = pass.claim().parent();
        if (parent != null) {
            passes.signalled(parent);
            pass.dueNow();
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
