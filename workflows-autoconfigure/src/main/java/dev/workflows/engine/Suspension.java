package dev.workflows.engine;

/** Unwinds {@code run}, so that its thread is free. What is to become of the instance is known to its {@link Pass}. */
final class Suspension extends Error {

    Suspension() {
        super("The instance leaves this thread here and goes on later: let this error pass", null, false, false);
    }
}
