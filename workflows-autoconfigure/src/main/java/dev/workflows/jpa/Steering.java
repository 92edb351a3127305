package dev.workflows.jpa;

import dev.workflows.Status;
import dev.workflows.store.NewEvent;
import dev.workflows.store.RestartPoint;
import dev.workflows.store.Steered;
import dev.workflows.store.Transition;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What can be done to an instance from outside: its row is locked, and its status decides. */
final class Steering {

    /** What changes something else than the status. */
    private static final Set<Transition> KEPT_STATUS_CHANGES =
            EnumSet.of(Transition.RESTART, Transition.TERMINATE_WITH_ROLLBACK);

    private final InstanceRepository instances;
    private final StepRepository steps;
    private final AttemptRepository attempts;
    private final EventRepository events;
    private final Children children;

    Steering(PersistenceUnit unit, Children children) {
        this.instances = unit.repository(InstanceRepository.class);
        this.steps = unit.repository(StepRepository.class);
        this.attempts = unit.repository(AttemptRepository.class);
        this.events = unit.repository(EventRepository.class);
        this.children = children;
    }

    Optional<Steered> pause(String workflow, String id) {
        return apply(Transition.PAUSE, workflow, id, (instance, to) -> {
            if (instance.isOwned()) {
                return instances.setStatus(instance.pk(), to.word()) == 1;
            }
            instances.pause(instance.pk(), to.word());
            instances.dueAtDeadline(List.of(instance.pk()));
            return true;
        });
    }

    Optional<Steered> resume(String workflow, String id) {
        return apply(Transition.RESUME, workflow, id, (instance, to) -> {
            if (instance.isOwned()) {
                return instances.setStatus(instance.pk(), to.word()) == 1;
            }
            Instant pausedAt = instance.pausedAt();
            if (pausedAt != null) {
                steps.shift(instance.pk(), instance.generation(), pausedAt);
                attempts.shift(instance.pk(), instance.generation(), pausedAt);
            }
            return instances.resume(instance.pk(), to.word()) == 1;
        });
    }

    Optional<Steered> terminate(String workflow, String id, Function<String, Duration> keep) {
        children.lockParent(workflow, id);
        return instances.lock(workflow, id).map(instance -> {
            long pk = instance.pk();
            Optional<Status> to = Transition.TERMINATE.from(instance.status());
            if (to.isEmpty()) {
                return new Steered(pk, instance.status(), false);
            }
            instances.terminate(List.of(pk), to.get().word(), Seconds.of(keep.apply(workflow)));
            return new Steered(
                    pk, instance.status(), true, children.terminate(pk, keep), children.tellParent(instance));
        });
    }

    Optional<Steered> terminateWithRollback(String workflow, String id, Function<String, Duration> keep) {
        Optional<Steered> due = apply(
                Transition.TERMINATE_WITH_ROLLBACK,
                workflow,
                id,
                (instance, to) -> instance.ending() != null
                        || instances.terminateWithRollback(instance.pk(), to.word(), Status.TERMINATED.word()) == 1);
        return due.map(
                steered -> steered.applied() ? steered.terminating(children.terminate(steered.key(), keep)) : steered);
    }

    Optional<Steered> restart(
            String workflow, String id, @Nullable RestartPoint from, Function<String, Duration> keep) {
        Optional<Steered> restarted = from == null
                ? apply(Transition.RESTART, workflow, id, this::beginGeneration)
                : restart(workflow, id, from);
        return restarted.map(steered ->
                steered.applied() ? steered.terminating(children.terminateForgotten(steered.key(), keep)) : steered);
    }

    private Optional<Steered> restart(String workflow, String id, RestartPoint from) {
        return apply(Transition.RESTART, workflow, id, (instance, to) -> {
            Optional<Instant> start = startOf(instance, from);
            start.ifPresent(before -> {
                steps.keep(instance.pk(), instance.generation(), before);
                attempts.keep(instance.pk(), instance.generation(), before);
            });
            return start.isPresent() && beginGeneration(instance, to);
        });
    }

    Optional<Steered> send(String workflow, String id, NewEvent event) {
        return instances.lock(workflow, id).map(instance -> {
            Status status = instance.status();
            boolean accepted = Transition.SEND_EVENT.from(status).isPresent();
            if (accepted) {
                events.insert(instance.pk(), event.type(), event.payload(), event.sensitive());
                boolean waitsForIt = status == Status.WAITING
                        && steps.countWaits(instance.pk(), instance.generation(), event.type()) > 0;
                instances.signal(instance.pk(), waitsForIt);
            }
            return new Steered(instance.pk(), status, accepted);
        });
    }

    private boolean beginGeneration(InstanceEntity instance, Status to) {
        instances.keepGeneration(instance.pk());
        return instances.restart(instance.pk(), to.word()) == 1;
    }

    /** When it was first started; it may have an outcome, or only failed attempts. */
    private Optional<Instant> startOf(InstanceEntity instance, RestartPoint from) {
        String kind = from.kind().word();
        return Stream.of(
                        steps.startOf(instance.pk(), instance.generation(), kind, from.name(), from.occurrence()),
                        attempts.startOf(instance.pk(), instance.generation(), kind, from.name(), from.occurrence()))
                .flatMap(Optional::stream)
                .min(Instant::compareTo);
    }

    /** @param change what is to be done unless the status stays; false if it could not be */
    private Optional<Steered> apply(
            Transition transition, String workflow, String id, BiPredicate<InstanceEntity, Status> change) {
        return instances.lock(workflow, id).map(instance -> {
            Status status = instance.status();
            boolean applied = transition
                    .from(status)
                    .map(to -> to == status && !KEPT_STATUS_CHANGES.contains(transition) || change.test(instance, to))
                    .orElse(false);
            return new Steered(instance.pk(), status, applied);
        });
    }
}
