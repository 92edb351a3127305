package dev.workflows.engine;

import dev.workflows.BatchError;
import dev.workflows.BatchResult;
import dev.workflows.WorkflowInstance;
import dev.workflows.store.NewInstance;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** Instances to create at once, and what is said about those that could not be. */
final class Batch {

    private final List<NewInstance> wanted;
    private final Map<String, Integer> firstIndexes = new HashMap<>();

    Batch(List<NewInstance> wanted) {
        this.wanted = wanted;
        for (int i = 0; i < wanted.size(); i++) {
            firstIndexes.putIfAbsent(wanted.get(i).id(), i);
        }
    }

    /** Those whose id does not come earlier in the batch. */
    List<NewInstance> distinct() {
        return firstIndexes.values().stream().sorted().map(wanted::get).toList();
    }

    /** @param created the ids of those that were created */
    BatchResult<Object> result(Set<String> created, Function<String, WorkflowInstance<Object>> handles) {
        List<WorkflowInstance<Object>> instances = new ArrayList<>();
        List<BatchError> errors = new ArrayList<>();
        for (int i = 0; i < wanted.size(); i++) {
            String id = wanted.get(i).id();
            int first = firstIndexes.getOrDefault(id, i);
            if (first < i) {
                errors.add(new BatchError(
                        i,
                        id,
                        BatchError.Code.DUPLICATE_IN_BATCH,
                        "The batch has an instance \"%s\" already, at index %d".formatted(id, first)));
            } else if (created.contains(id)) {
                instances.add(handles.apply(id));
            } else {
                errors.add(new BatchError(
                        i,
                        id,
                        BatchError.Code.ALREADY_EXISTS,
                        "Workflow \"%s\" already has an instance \"%s\": use another id, or get the instance that exists"
                                .formatted(wanted.get(i).workflow(), id)));
            }
        }
        return new BatchResult<>(instances, errors);
    }
}
