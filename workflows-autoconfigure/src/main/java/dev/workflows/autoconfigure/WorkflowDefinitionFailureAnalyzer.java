package dev.workflows.autoconfigure;

import dev.workflows.engine.WorkflowDefinitionException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says what is wrong with a workflow, a step or their settings, and what to do. */
final class WorkflowDefinitionFailureAnalyzer extends AbstractFailureAnalyzer<WorkflowDefinitionException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, WorkflowDefinitionException cause) {
        return new FailureAnalysis(cause.getMessage() + ".", cause.action(), cause);
    }
}
