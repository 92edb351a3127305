package dev.workflows.store;

/**
 * An event to send.
 *
 * @param payload as it is stored
 * @param sensitive whether the payload must not be shown
 */
public record NewEvent(String type, String payload, boolean sensitive) {}
