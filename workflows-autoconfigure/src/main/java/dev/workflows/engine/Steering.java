package dev.workflows.engine;

import dev.workflows.InstanceEndedException;
import dev.workflows.InstanceNotEndedException;
import dev.workflows.InstanceNotFoundException;
import dev.workflows.RestartFrom;
import dev.workflows.StepNotFoundException;
import dev.workflows.WorkflowException;
import dev.workflows.store.NewEvent;
import dev.workflows.store.RestartPoint;
import dev.workflows.store.Steered;
import dev.workflows.store.StepKey;
import dev.workflows.store.WorkflowStore;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Changes the course of instances: in the database, and once that is committed in what this node runs. */
final class Steering {

    private final WorkflowStore store;
    private final Workflows workflows;
    private final Supplier<@Nullable Worker> worker;

    /** @param worker this node's, if it runs instances */
    Steering(WorkflowStore store, Workflows workflows, Supplier<@Nullable Worker> worker) {
        this.store = store;
        this.workflows = workflows;
        this.worker = worker;
    }

    void pause(String workflow, String id) {
        require(store.pause(workflow, id), workflow, id, Pass::pause);
    }

    void resume(String workflow, String id) {
        require(store.resume(workflow, id), workflow, id, Pass::resume);
    }

    void terminate(WorkflowDefinition workflow, String id) {
        Steered steered =
                require(store.terminate(workflow.name(), id, this::keep), workflow.name(), id, Pass::loseAndInterrupt);
        requireApplied(steered, workflow.name(), id, "it cannot be terminated");
    }

    void terminateWithRollback(String workflow, String id) {
        Steered steered =
                require(store.terminateWithRollback(workflow, id, this::keep), workflow, id, Pass::loseAndInterrupt);
        requireApplied(steered, workflow, id, "it cannot be terminated");
    }

    void restart(String workflow, String id, @Nullable RestartFrom from) {
        if (from == null) {
            require(store.restart(workflow, id, null, this::keep), workflow, id, Pass::loseAndInterrupt);
            return;
        }
        for (String name : storedNames(workflow, from)) {
            RestartPoint point = new RestartPoint(kind(from.type()), name, from.occurrence());
            if (require(store.restart(workflow, id, point, this::keep), workflow, id, Pass::loseAndInterrupt)
                    .applied()) {
                return;
            }
        }
        throw new StepNotFoundException(workflow, id, from);
    }

    void send(String workflow, String id, NewEvent event) {
        // how often it has been signalled is in the database: the heartbeat or a look will tell
        Steered steered = require(store.send(workflow, id, event), workflow, id, Pass::signalled);
        requireApplied(
                steered, workflow, id, "it takes no events, and event \"%s\" was not stored".formatted(event.type()));
    }

    void delete(String workflow, String id) {
        Steered steered = require(store.delete(workflow, id), workflow, id, Pass::loseAndInterrupt);
        if (!steered.applied()) {
            throw new InstanceNotEndedException(workflow, id, steered.from());
        }
    }

    /** Sees this node leave an instance; never if it runs none. */
    LocalInstances.Watch watch(String workflow, String id) {
        Worker here = worker.get();
        LocalInstances instances =
                here == null ? new LocalInstances() : here.dispatcher().instances();
        return instances.watch(workflow, id);
    }

    /** The step may have been begun under a former name. */
    private Set<String> storedNames(String workflow, RestartFrom from) {
        Set<String> names = new LinkedHashSet<>(Set.of(from.name()));
        if (from.type() == RestartFrom.Type.STEP) {
            workflows.definition(workflow).steps().stream()
                    .filter(step -> step.name().equals(from.name()))
                    .forEach(step -> names.addAll(step.aliases()));
        }
        return names;
    }

    /** How long what is terminated is kept. */
    private Duration keep(String workflow) {
        return workflows.retention(workflow).error();
    }

    private static StepKey.Kind kind(RestartFrom.Type type) {
        return switch (type) {
            case STEP -> StepKey.Kind.STEP;
            case SLEEP -> StepKey.Kind.SLEEP;
            case WAIT_FOR_EVENT -> StepKey.Kind.WAIT;
        };
    }

    private Steered require(Optional<Steered> found, String workflow, String id, Consumer<Pass> tell) {
        Steered steered = found.orElseThrow(() -> new InstanceNotFoundException(workflow, id));
        if (steered.applied()) {
            store.afterTransaction(committed -> {
                if (committed) {
                    tell(steered, tell);
                }
            });
        }
        return steered;
    }

    /** Whoever has the instances, and what else the change concerned. */
    private void tell(Steered steered, Consumer<Pass> tell) {
        Worker here = worker.get();
        Set<Long> elsewhere = new LinkedHashSet<>();
        if (here == null || !here.steered(steered.key(), tell) && steered.wasOwned()) {
            elsewhere.add(steered.key());
        }
        for (long child : steered.terminated()) {
            if (here == null || !here.steered(child, Pass::loseAndInterrupt)) {
                elsewhere.add(child);
            }
        }
        Long parent = steered.signalled();
        if (parent != null && (here == null || !here.steered(parent, Pass::signalled))) {
            elsewhere.add(parent);
        }
        if (!elsewhere.isEmpty()) {
            store.tell(elsewhere);
        }
    }

    private static void requireApplied(Steered steered, String workflow, String id, String consequence) {
        if (steered.applied()) {
            return;
        }
        if (!steered.from().isEnded()) {
            throw new WorkflowException("Instance \"%s\" of workflow \"%s\" is %s: %s"
                    .formatted(id, workflow, steered.from(), consequence));
        }
        throw new InstanceEndedException(workflow, id, steered.from(), consequence);
    }
}
