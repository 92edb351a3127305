package dev.workflows.engine;

import dev.workflows.BatchResult;
import dev.workflows.CreateOptions;
import dev.workflows.InstanceAlreadyExistsException;
import dev.workflows.InstanceNotFoundException;
import dev.workflows.InstancePage;
import dev.workflows.InstanceQuery;
import dev.workflows.Schedule;
import dev.workflows.Sensitive;
import dev.workflows.WorkflowBinding;
import dev.workflows.WorkflowInstance;
import dev.workflows.store.NewInstance;
import dev.workflows.store.WorkflowStore;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Makes instances of what it is given, and handles for those that are stored. */
final class DefaultWorkflowBinding implements WorkflowBinding<Object, Object> {

    private static final int MAX_BATCH = 100;

    private final WorkflowDefinition definition;
    private final Payloads payloads;
    private final WorkflowStore store;
    private final Starter starter;
    private final Steering steering;

    DefaultWorkflowBinding(
            WorkflowDefinition definition, Payloads payloads, WorkflowStore store, Starter starter, Steering steering) {
        this.definition = definition;
        this.payloads = payloads;
        this.store = store;
        this.starter = starter;
        this.steering = steering;
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
        NewInstance instance = newInstance(options, Timestamps.now(), "");
        if (options.id() == null) {
            starter.startNew(instance);
        } else if (start(List.of(instance)).isEmpty()) {
            throw new InstanceAlreadyExistsException(definition.name(), instance.id());
        }
        return handle(instance.id());
    }

    @Override
    public WorkflowInstance<Object> getOrCreate(CreateOptions<Object> options) {
        if (options.id() == null) {
            throw new IllegalArgumentException(
                    "An instance of workflow \"%s\" is to be got or created without an id: nothing was. Give it one with withId"
                            .formatted(definition.name()));
        }
        NewInstance instance = newInstance(options, Timestamps.now(), "");
        boolean created = !start(List.of(instance)).isEmpty();
        return created ? handle(instance.id()) : find(instance.id()).orElseGet(() -> handle(instance.id()));
    }

    @Override
    public BatchResult<Object> createBatch(List<CreateOptions<Object>> batch) {
        if (batch.isEmpty() || batch.size() > MAX_BATCH) {
            throw new IllegalArgumentException(
                    "A batch has 1 to %d instances, not %d: nothing was created".formatted(MAX_BATCH, batch.size()));
        }
        Instant now = Timestamps.now();
        // a microsecond apart, so that the order of the list is that of their creation
        Batch wanted = new Batch(IntStream.range(0, batch.size())
                .mapToObj(i -> newInstance(
                        batch.get(i), now.plus(i, ChronoUnit.MICROS), ", at index %d of the batch".formatted(i)))
                .toList());
        return wanted.result(start(wanted.distinct()), this::handle);
    }

    /** Nodes that still run former code may create instances under its name meanwhile: only the present one is unique. */
    private Set<String> start(List<NewInstance> wanted) {
        if (definition.aliases().isEmpty()) {
            return starter.start(wanted);
        }
        Set<String> taken = store.taken(
                definition.aliases(), wanted.stream().map(NewInstance::id).toList());
        List<NewInstance> free = wanted.stream()
                .filter(instance -> !taken.contains(instance.id()))
                .toList();
        return free.isEmpty() ? Set.of() : starter.start(free);
    }

    /** Creates the instance of a schedule's firing, unless it exists. */
    boolean create(String id, Schedule firing) {
        CreateOptions<Object> options = CreateOptions.of(null).withId(id);
        NewInstance instance = newInstance(options, Timestamps.now(), "").scheduledBy(firing);
        return !starter.start(List.of(instance)).isEmpty();
    }

    /** @param where added to the messages about its params */
    private NewInstance newInstance(CreateOptions<Object> options, Instant createdAt, String where) {
        return newInstance(definition, payloads, options, createdAt, where);
    }

    static NewInstance newInstance(
            WorkflowDefinition definition,
            Payloads payloads,
            CreateOptions<?> options,
            Instant createdAt,
            String where) {
        String id = options.id() == null ? UUID.randomUUID().toString() : options.id();
        String params = payloads.writeParams(options.params(), PayloadSpec.newParams(definition, id, where));
        boolean sensitive = definition.sensitive().contains(Sensitive.PARAMS);
        return new NewInstance(
                        definition.name(),
                        id,
                        params,
                        sensitive,
                        createdAt,
                        null,
                        options.retention(),
                        options.labels(),
                        definition.version())
                .endedWithin(options.deadline() == null ? definition.deadline() : options.deadline())
                .admitted(definition.limits().admission(options));
    }

    @Override
    public WorkflowInstance<Object> get(String id) {
        return find(id).orElseThrow(() -> new InstanceNotFoundException(definition.name(), id));
    }

    private Optional<WorkflowInstance<Object>> find(String id) {
        return definition.storedNames().stream()
                .filter(name -> store.find(name, id).isPresent())
                .findFirst()
                .map(name -> new DefaultWorkflowInstance(definition.storedAs(name), id, payloads, store, steering));
    }

    @Override
    public InstancePage list(InstanceQuery query) {
        return store.list(definition.storedNames(), query);
    }

    private WorkflowInstance<Object> handle(String id) {
        return new DefaultWorkflowInstance(definition, id, payloads, store, steering);
    }

    @Override
    public String toString() {
        return "WorkflowBinding \"%s\" of workflow \"%s\"".formatted(definition.binding(), definition.name());
    }
}
