package dev.workflows.benchmarks;

import dev.workflows.Step;

/** A step of another bean than a workflow, which a proxy intercepts. */
class CallingBean {

    private long calls;

    @Step(name = "next of another bean", retries = 0)
    long next() {
        return ++calls;
    }
}
