package dev.workflows.engine;

import dev.workflows.CreateOptions;
import dev.workflows.InstanceAlreadyExistsException;
import dev.workflows.InstanceNotFoundException;
import dev.workflows.Retention;
import dev.workflows.WorkflowBinding;
import dev.workflows.WorkflowInstance;
import dev.workflows.store.Claim;
import dev.workflows.store.NewInstance;
import dev.workflows.store.WorkflowStore;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Creates instances: stored with their owner, if this node has a slot, they run as soon as they are committed. */
final class DefaultWorkflowBinding implements WorkflowBinding<Object, Object> {

    private final WorkflowDefinition definition;
    private final Payloads payloads;
    private final WorkflowStore store;
    private final Supplier<@Nullable Dispatcher> dispatcher;

    /** @param dispatcher this node's, if it runs instances */
    DefaultWorkflowBinding(
            WorkflowDefinition definition,
            Payloads payloads,
            WorkflowStore store,
            Supplier<@Nullable Dispatcher> dispatcher) {
        this.definition = definition;
        this.payloads = payloads;
        this.store = store;
        this.dispatcher = dispatcher;
    }

    @Override
    public String workflowName() {
        return definition.name();
    }

    @Override
    public WorkflowInstance<Object> create() {
        return create(CreateOptions.of(null));
    }

    @Override
    public WorkflowInstance<Object> create(@Nullable Object params) {
        return create(CreateOptions.of(params));
    }

    @Override
    public WorkflowInstance<Object> create(CreateOptions<Object> options) {
        String id = options.id() == null ? UUID.randomUUID().toString() : options.id();
        String params = payloads.writeParams(options.params(), PayloadSpec.newParams(definition, id));
        Dispatcher here = dispatcher.get();
        Slot slot = here == null ? null : here.reserve();
        try {
            store(id, params, options.retention(), here, slot);
        } catch (RuntimeException | Error e) {
            if (slot != null) {
                slot.free(null);
            }
            throw e;
        }
        return handle(id);
    }

    private void store(
            String id, String params, @Nullable Retention retention, @Nullable Dispatcher here, @Nullable Slot slot) {
        String owner = here == null || slot == null ? null : here.node();
        NewInstance created = new NewInstance(definition.name(), id, params, Timestamps.now(), owner, retention);
        OptionalLong key = store.create(created);
        if (key.isEmpty()) {
            throw new InstanceAlreadyExistsException(definition.name(), id);
        }
        store.afterTransaction(committed -> {
            if (here != null && slot != null && committed) {
                here.run(firstClaim(key.getAsLong(), created), slot);
            } else if (slot != null) {
                slot.free(null);
            } else if (here != null && committed) {
                here.dueIn(Duration.ZERO);
            }
        });
    }

    private static Claim firstClaim(long key, NewInstance created) {
        return new Claim(
                key,
                created.workflow(),
                created.id(),
                1,
                created.params(),
                created.createdAt(),
                created.retention(),
                false);
    }

    @Override
    public WorkflowInstance<Object> get(String id) {
        if (store.find(definition.name(), id).isEmpty()) {
            throw new InstanceNotFoundException(definition.name(), id);
        }
        return handle(id);
    }

    private WorkflowInstance<Object> handle(String id) {
        return new DefaultWorkflowInstance(definition, id, payloads, store);
    }

    @Override
    public String toString() {
        return "WorkflowBinding \"%s\" of workflow \"%s\"".formatted(definition.binding(), definition.name());
    }
}
