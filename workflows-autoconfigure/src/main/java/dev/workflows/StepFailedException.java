package dev.workflows;

/**
 * A step has failed for good: its attempts are used up, or its exception allowed no further one. Thrown from the step's
 * call in {@code run}, which may catch it and go on; if it does not, the instance is errored with the error of the step.
 *
 * <p>The failure is stored and reads the same at every replay. So it carries what was stored of the exception, not the
 * exception itself.
 */
public class StepFailedException extends WorkflowException {

    private final String stepName;
    private final int attempts;
    private final String errorName;
    private final String errorMessage;
    private final String errorStack;

    public StepFailedException(
            String stepName, int attempts, String errorName, String errorMessage, String errorStack) {
        super("Step \"%s\" failed after %d %s: %s: %s"
                .formatted(stepName, attempts, attempts == 1 ? "attempt" : "attempts", errorName, errorMessage));
        this.stepName = stepName;
        this.attempts = attempts;
        this.errorName = errorName;
        this.errorMessage = errorMessage;
        this.errorStack = errorStack;
    }

    public String stepName() {
        return stepName;
    }

    /** How many attempts were made, those counted that a crash interrupted. */
    public int attempts() {
        return attempts;
    }

    /** The simple class name of the last attempt's exception. */
    public String errorName() {
        return errorName;
    }

    /** The message of the last attempt's exception; empty if it had none. */
    public String errorMessage() {
        return errorMessage;
    }

    /** The stack trace of the last attempt's exception, as text, its causes included; may be cut. */
    public String errorStack() {
        return errorStack;
    }
}
