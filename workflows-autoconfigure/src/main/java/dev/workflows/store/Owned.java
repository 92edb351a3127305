package dev.workflows.store;

import dev.workflows.Status;

/** An instance as its owner's heartbeat finds it. */
public record Owned(long key, long epoch, Status status, long signals) {}
