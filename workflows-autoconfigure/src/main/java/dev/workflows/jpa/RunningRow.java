package dev.workflows.jpa;

import org.jspecify.annotations.Nullable;

/** How many instances of a workflow run that have the same concurrency key, or none. */
record RunningRow(String workflow, @Nullable String concurrencyKey, long count) {}
