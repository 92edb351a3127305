package dev.workflows;

import org.jspecify.annotations.Nullable;

/** Params, a step's result or an output cannot be written as JSON, cannot be read back as its type, or is too large. */
public class PayloadException extends WorkflowException {

    public PayloadException(String message) {
        super(message);
    }

    public PayloadException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
