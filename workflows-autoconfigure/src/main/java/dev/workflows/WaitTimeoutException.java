package dev.workflows;

/**
 * No event of the type that was waited for came in time. Thrown from {@link WorkflowStep#waitForEvent}, which {@code run}
 * may catch; it is stored, and thrown at every replay.
 */
public class WaitTimeoutException extends WorkflowException {

    private final String waitName;

    public WaitTimeoutException(String waitName, String message) {
        super(message);
        this.waitName = waitName;
    }

    /** The name of the wait. */
    public String waitName() {
        return waitName;
    }
}
