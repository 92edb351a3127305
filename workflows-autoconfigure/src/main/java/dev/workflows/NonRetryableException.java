package dev.workflows;

import org.jspecify.annotations.Nullable;

/** Thrown by a step's body, itself or a subclass of it: the step fails at once, without a further attempt. */
public class NonRetryableException extends RuntimeException {

    public NonRetryableException(String message) {
        super(message);
    }

    public NonRetryableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
