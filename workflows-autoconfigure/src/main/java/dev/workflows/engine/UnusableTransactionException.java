package dev.workflows.engine;

import dev.workflows.WorkflowException;

/** A step's transaction cannot be the one that its checkpoint is stored in; another attempt would not change that. */
final class UnusableTransactionException extends WorkflowException {

    UnusableTransactionException(String message) {
        super(message);
    }
}
