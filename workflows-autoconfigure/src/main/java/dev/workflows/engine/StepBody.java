package dev.workflows.engine;

import org.jspecify.annotations.Nullable;

/** The method behind a step, to be entered once for each attempt. */
@FunctionalInterface
interface StepBody {

    @Nullable
    Object call() throws Throwable;
}
