package dev.workflows.engine;

/** What {@code run} works with: shared by all passes. */
record Tools(StepRunner steps, Waits waits, Branching branching, Values values, Patches patches, Children children) {}
