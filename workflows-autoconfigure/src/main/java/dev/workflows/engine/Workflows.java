package dev.workflows.engine;

import dev.workflows.Retention;
import dev.workflows.WorkflowEntrypoint;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;

/** The workflows of this application. */
final class Workflows {

    private final Map<String, WorkflowDefinition> byName;
    private final Payloads payloads;
    private final Retention retention;
    private final BeanFactory beans;

    Workflows(List<WorkflowDefinition> definitions, Payloads payloads, Retention retention, BeanFactory beans) {
        this.byName = WorkflowDefinition.byName(definitions);
        this.payloads = payloads;
        this.retention = retention;
        this.beans = beans;
    }

    Set<String> names() {
        return byName.keySet();
    }

    Collection<WorkflowDefinition> all() {
        return byName.values();
    }

    WorkflowDefinition definition(String name) {
        return Objects.requireNonNull(byName.get(name), () -> "No workflow \"%s\"".formatted(name));
    }

    @SuppressWarnings("unchecked") // the payload is read as the bean's own type
    WorkflowEntrypoint<@Nullable Object, Object> entrypoint(WorkflowDefinition definition) {
        return (WorkflowEntrypoint<@Nullable Object, Object>) beans.getBean(definition.beanName());
    }

    Payloads payloads() {
        return payloads;
    }

    Retention retention(WorkflowDefinition definition) {
        return definition.retention(retention);
    }
}
