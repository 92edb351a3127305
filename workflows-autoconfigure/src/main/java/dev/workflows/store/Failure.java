package dev.workflows.store;

/**
 * An exception as it is stored.
 *
 * @param name its simple class name
 * @param message empty if it had none
 * @param stack the stack trace as text, causes included
 */
public record Failure(String name, String message, String stack) {}
