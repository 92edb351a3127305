package dev.workflows;

/** What of a workflow's instances is passed on as ever, but not shown. */
public enum Sensitive {
    /** What an instance is created with. */
    PARAMS,
    /** What {@code run} returns. */
    OUTPUT,
    /** What the events carry that are sent to it. */
    EVENTS;

    /** What is shown instead of something sensitive. */
    public static final String REDACTED = "[REDACTED]";
}
