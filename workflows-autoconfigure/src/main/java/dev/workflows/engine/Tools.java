package dev.workflows.engine;

/** What passes work with, for {@code run} and before it: shared by all of them. */
record Tools(
        StepRunner steps,
        Waits waits,
        Branching branching,
        Values values,
        Patches patches,
        Children children,
        UnknownSteps unknownSteps) {}
