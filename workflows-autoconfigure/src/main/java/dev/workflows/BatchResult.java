package dev.workflows;

import java.util.List;

/**
 * What became of a batch.
 *
 * @param created the instances that were created, in the order of the list that was given
 * @param errors those that were not, in the same order; empty if all were created
 */
public record BatchResult<R>(List<WorkflowInstance<R>> created, List<BatchError> errors) {

    public BatchResult {
        created = List.copyOf(created);
        errors = List.copyOf(errors);
    }
}
