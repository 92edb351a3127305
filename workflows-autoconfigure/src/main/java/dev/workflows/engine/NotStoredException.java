package dev.workflows.engine;

import dev.workflows.store.Written;

/** Rolls a step's transaction back, because its checkpoint was not written. */
final class NotStoredException extends RuntimeException {

    private final Written written;

    NotStoredException(Written written) {
        super(written.name(), null, false, false);
        this.written = written;
    }

    Written written() {
        return written;
    }
}
