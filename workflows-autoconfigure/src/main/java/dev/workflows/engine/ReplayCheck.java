package dev.workflows.engine;

/** What happens when the code no longer fits to what a running instance has stored. */
public enum ReplayCheck {
    /** Nothing: the instance goes on as if it fitted. */
    OFF,
    /** A line in the log, and the instance goes on. */
    WARN,
    /** The instance is errored, before anything else is done for it. */
    FAIL
}
