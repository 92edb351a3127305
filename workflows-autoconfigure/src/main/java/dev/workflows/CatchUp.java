package dev.workflows;

/**
 * What becomes of the firings of a schedule that were missed because no node was there. A firing that is at most ten
 * seconds late is not missed.
 */
public enum CatchUp {
    /** One instance makes up for them, that of the latest. */
    ONCE,
    /** They are left out: the next firing is the next one to come. */
    SKIP
}
