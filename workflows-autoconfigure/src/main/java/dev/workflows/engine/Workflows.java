package dev.workflows.engine;

import dev.workflows.PayloadException;
import dev.workflows.Retention;
import dev.workflows.WorkflowEntrypoint;
import dev.workflows.store.InstanceQueue;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;

/** The workflows of this application. */
final class Workflows {

    private final List<WorkflowDefinition> all;
    private final Map<String, WorkflowDefinition> byName;
    private final Payloads payloads;
    private final Retention retention;
    private final ReplayCheck replayCheck;
    private final BeanFactory beans;

    Workflows(List<WorkflowDefinition> definitions, EngineSettings settings, Payloads payloads, BeanFactory beans) {
        this.all = definitions;
        this.byName = WorkflowDefinition.byName(definitions);
        this.payloads = payloads;
        this.retention = settings.retention();
        this.replayCheck = settings.replayCheck();
        this.beans = beans;
    }

    /** The names under which instances may be stored: the present ones and the former ones. */
    Set<String> names() {
        return byName.keySet();
    }

    /** Its instances under former names are counted with those under the present one. */
    List<InstanceQueue> queues() {
        return all.stream()
                .map(workflow -> workflow.limits().queue(workflow.storedNames()))
                .toList();
    }

    Collection<WorkflowDefinition> all() {
        return all;
    }

    /** @param name under which an instance is stored */
    WorkflowDefinition definition(String name) {
        return Objects.requireNonNull(byName.get(name), () -> "No workflow \"%s\"".formatted(name));
    }

    @SuppressWarnings("unchecked") // the payload is read as the bean's own type
    WorkflowEntrypoint<@Nullable Object, Object> entrypoint(WorkflowDefinition definition) {
        return (WorkflowEntrypoint<@Nullable Object, Object>) beans.getBean(definition.beanName());
    }

    /** @throws WorkflowDefinitionException if a schedule would create instances that fail at once, for want of params */
    void refuseSchedulesThatLackParams() {
        for (WorkflowDefinition workflow : all()) {
            if (workflow.schedules().isEmpty()) {
                continue;
            }
            try {
                payloads.requireReadableWithoutParams(PayloadSpec.newParams(workflow, ""));
            } catch (PayloadException e) {
                throw new WorkflowDefinitionException(
                        "Workflow \"%s\" has a schedule, whose instances have no params but {}: %s"
                                .formatted(workflow.name(), e.getMessage()),
                        "Let the type of its params be one that can be read from {}, as a record whose components may be "
                                + "null, a Map or Void.");
            }
        }
    }

    Payloads payloads() {
        return payloads;
    }

    ReplayCheck replayCheck() {
        return replayCheck;
    }

    /** Of a workflow that this application may not have. */
    Retention retention(String workflow) {
        WorkflowDefinition definition = byName.get(workflow);
        return definition == null ? retention : retention(definition);
    }

    Retention retention(WorkflowDefinition definition) {
        return definition.retention(retention);
    }
}
