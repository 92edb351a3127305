package dev.workflows.jpa;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;

import dev.workflows.ChildInstance;
import dev.workflows.ParentInstance;
import dev.workflows.Status;
import dev.workflows.store.Checkpoint;
import dev.workflows.store.Claim;
import dev.workflows.store.NewInstance;
import dev.workflows.store.Reception;
import dev.workflows.store.StartedChild;
import dev.workflows.store.StepKey;
import dev.workflows.store.Written;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Parents and their children. Whoever locks both locks the parent first, so that nobody waits in a circle; and with the
 * parent locked, no child ends or is added between a look and what follows from it.
 */
final class Children {

    private final InstanceRepository instances;
    private final ChildRepository children;
    private final StepRepository steps;
    private final StepRows rows;
    private final NewInstances newInstances;

    Children(PersistenceUnit unit, StepRows rows, NewInstances newInstances) {
        this.instances = unit.repository(InstanceRepository.class);
        this.children = unit.repository(ChildRepository.class);
        this.steps = unit.repository(StepRepository.class);
        this.rows = rows;
        this.newInstances = newInstances;
    }

    Optional<ParentInstance> parent(String workflow, String id) {
        return children.findParent(workflow, id);
    }

    List<ChildInstance<?>> children(String workflow, String id) {
        return children.findChildren(workflow, id);
    }

    StartedChild start(Claim parent, NewInstance child, Checkpoint started, Checkpoint taken) {
        if (instances.lock(parent.key(), parent.epoch()).isEmpty()) {
            return new StartedChild(Written.STALE, null);
        }
        if (rows.exist(parent, started.key())) {
            return new StartedChild(Written.EXISTS, null);
        }
        Long key = newInstances.insert(List.of(child)).get(child.id());
        if (key == null) {
            rows.insert(parent, taken);
        } else {
            insert(parent, started, key);
        }
        return new StartedChild(Written.STORED, key);
    }

    private void insert(Claim parent, Checkpoint started, long child) {
        StepKey key = started.key();
        children.started(
                parent.key(),
                parent.epoch(),
                key.kind().word(),
                key.scope(),
                key.name(),
                key.occurrence(),
                child,
                Objects.requireNonNull(started.output()),
                started.startedAt(),
                started.endedAt());
    }

    /** Empty if the instance has no such child. */
    Optional<Reception> await(Claim parent, StepKey key, ChildInstance<?> child, Instant startedAt) {
        Optional<InstanceEntity> locked = instances.lock(parent.key(), parent.epoch());
        if (locked.isEmpty()) {
            return Optional.of(Reception.STALE);
        }
        long signals = locked.get().signals();
        Optional<StepEntity> begun = steps.findById(StepId.of(parent, key));
        if (begun.isPresent() && !begun.get().isOpen()) {
            return Optional.of(new Reception(Written.EXISTS, begun.get().checkpoint(), null, signals));
        }
        return children.find(parent.key(), child.workflowName(), child.id()).map(found -> {
            StepEntity row = begun.orElseGet(() -> begin(parent, key, found.pk(), startedAt));
            if (found.status().isEnded()) {
                row.childEnded(found.state(), row.readAt());
            }
            return new Reception(Written.STORED, row.isOpen() ? null : row.checkpoint(), null, signals);
        });
    }

    private StepEntity begin(Claim parent, StepKey key, long child, Instant startedAt) {
        children.awaited(
                parent.key(),
                parent.epoch(),
                key.kind().word(),
                key.scope(),
                key.name(),
                key.occurrence(),
                child,
                startedAt);
        return steps.findById(StepId.of(parent, key)).orElseThrow();
    }

    /** Ends a child, and tells its parent. */
    int end(long parent, long child, IntSupplier end) {
        children.lock(parent);
        int ended = end.getAsInt();
        if (ended == 1) {
            children.signal(parent, child);
        }
        return ended;
    }

    /** To be called before the instance is locked, by whoever may end it. */
    void lockParent(String workflow, String id) {
        children.parentOf(workflow, id).ifPresent(children::lock);
    }

    /**
     * Tells the instance's parent that it has ended.
     *
     * @return the parent's key; null if there is none that has not ended
     */
    @Nullable
    Long tellParent(InstanceEntity ended) {
        Long parent = ended.parent();
        return parent != null && children.signal(parent, ended.pk()) == 1 ? parent : null;
    }

    /**
     * Terminates the unfinished children of an instance that is locked, and theirs, but for those that are detached.
     *
     * @param keep how long an ended instance of a workflow is kept
     * @return their keys
     */
    List<Long> terminate(long parent, Function<String, Duration> keep) {
        return terminate(children.lockUnfinished(List.of(parent)), keep);
    }

    /** The same, of those that the instance has not started in its present generation. */
    List<Long> terminateForgotten(long parent, Function<String, Duration> keep) {
        return terminate(children.lockForgotten(parent), keep);
    }

    private List<Long> terminate(List<InstanceEntity> locked, Function<String, Duration> keep) {
        List<Long> terminated = new ArrayList<>();
        List<InstanceEntity> level = locked;
        while (!level.isEmpty()) {
            level.stream()
                    .collect(groupingBy(InstanceEntity::workflow, mapping(InstanceEntity::pk, toList())))
                    .forEach((workflow, pks) ->
                            instances.terminate(pks, Status.TERMINATED.word(), Seconds.of(keep.apply(workflow))));
            List<Long> pks = level.stream().map(InstanceEntity::pk).toList();
            terminated.addAll(pks);
            level = children.lockUnfinished(pks);
        }
        return terminated;
    }
}
