package dev.workflows.autoconfigure;

import dev.workflows.jpa.InvalidSchemaException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says what is wrong with the workflow tables, and how to put it right. */
final class WorkflowSchemaFailureAnalyzer extends AbstractFailureAnalyzer<InvalidSchemaException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, InvalidSchemaException cause) {
        String message = String.valueOf(cause.getMessage()).strip();
        return new FailureAnalysis(message.endsWith(".") ? message : message + ".", cause.action(), cause);
    }
}
