package dev.workflows.engine;

import dev.workflows.PayloadException;

/** A step's result cannot be stored; the body has done its work, so another attempt would only repeat it. */
final class UnstorableResultException extends RuntimeException {

    UnstorableResultException(PayloadException cause) {
        super(cause.getMessage(), cause);
    }
}
