package dev.workflows;

/** A step has failed for good, its last attempt by its timeout. */
public class StepTimeoutException extends StepFailedException {

    public StepTimeoutException(
            String stepName, int attempts, String errorName, String errorMessage, String errorStack) {
        super(stepName, attempts, errorName, errorMessage, errorStack);
    }
}
