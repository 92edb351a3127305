package dev.workflows;

/** What becomes of a firing while an instance that a schedule of the same workflow created earlier has not ended. */
public enum Overlap {
    /** It creates an instance as any other. */
    ALLOW,
    /** It is left out. */
    SKIP
}
