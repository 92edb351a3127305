package dev.workflows;

/** Code without a result: the body of a step. */
@FunctionalInterface
public interface StepRunnable {

    void run() throws Exception;
}
