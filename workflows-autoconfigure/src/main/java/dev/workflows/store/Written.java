package dev.workflows.store;

/** What became of the write of a checkpoint. */
public enum Written {
    /** It is stored. */
    STORED,
    /** Nothing was written: another claim has the instance. */
    STALE,
    /** Nothing was written: the key has an outcome already, which is the one that counts. */
    EXISTS
}
