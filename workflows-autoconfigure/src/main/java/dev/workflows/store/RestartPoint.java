package dev.workflows.store;

/**
 * Where an instance is to begin again: at a call of this kind and name, and this occurrence of it, in whatever branch.
 */
public record RestartPoint(StepKey.Kind kind, String name, int occurrence) {}
