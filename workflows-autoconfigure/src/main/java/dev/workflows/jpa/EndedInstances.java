package dev.workflows.jpa;

import dev.workflows.Status;
import dev.workflows.store.Steered;
import java.util.List;
import java.util.Optional;

/** Deletes instances that have ended, with all there is of them. */
final class EndedInstances {

    private final InstanceRepository instances;
    private final StepRows steps;
    private final EventRepository events;
    private final LabelRepository labels;

    EndedInstances(PersistenceUnit unit, StepRows steps) {
        this.instances = unit.repository(InstanceRepository.class);
        this.steps = steps;
        this.events = unit.repository(EventRepository.class);
        this.labels = unit.repository(LabelRepository.class);
    }

    /** Deletes at most so many of those whose retention has passed; what others have locked is left to the next time. */
    int purge(int limit) {
        List<Long> expired = instances.lockExpired(limit);
        return expired.isEmpty() ? 0 : delete(expired);
    }

    Optional<Steered> delete(String workflow, String id) {
        return instances.lock(workflow, id).map(instance -> {
            Status status = instance.status();
            boolean deleted = status.isEnded() && delete(List.of(instance.pk())) == 1;
            return new Steered(instance.pk(), status, deleted);
        });
    }

    /** Their rows are locked, so that nothing is added to them meanwhile. */
    private int delete(List<Long> locked) {
        steps.delete(locked);
        events.delete(locked);
        labels.delete(locked);
        instances.deleteGenerations(locked);
        return instances.delete(locked);
    }
}
