package dev.workflows.autoconfigure;

import dev.workflows.jpa.InvalidSchemaException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says what is wrong with the workflow tables, and how to put it right. */
final class WorkflowSchemaFailureAnalyzer extends AbstractFailureAnalyzer<InvalidSchemaException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, InvalidSchemaException cause) {
        return new FailureAnalysis(
                cause.getMessage(),
                "Set workflows.schema.mode=migrate to have them brought up to date, or run the scripts in %s yourself."
                        .formatted(cause.migrations()),
                cause);
    }
}
