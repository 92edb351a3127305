package dev.workflows;

import org.jspecify.annotations.Nullable;

/** What this library throws. */
public class WorkflowException extends RuntimeException {

    public WorkflowException(String message) {
        super(message);
    }

    public WorkflowException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
