package dev.workflows.engine;

/** A workflow or step is declared or configured in a way that cannot work; the application does not start. */
public class WorkflowDefinitionException extends RuntimeException {

    private final String action;

    public WorkflowDefinitionException(String message, String action) {
        super(message);
        this.action = action;
    }

    /** What to do about it. */
    public String action() {
        return action;
    }
}
