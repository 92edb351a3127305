package dev.workflows;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;

/**
 * How far an instance has been rolled back.
 *
 * @param failures what could not be rolled back, latest step first; empty until the rollback is through
 */
public record Rollback(Outcome outcome, List<FailedRollback> failures) {

    public enum Outcome {
        RUNNING("running"),
        /** Everything that there was to roll back has been. */
        COMPLETE("complete"),
        /** Something could not be rolled back, and everything else has been. */
        FAILED("failed");

        private final String word;

        Outcome(String word) {
            this.word = word;
        }

        @JsonValue
        public String word() {
            return word;
        }
    }

    /**
     * A step that could not be rolled back.
     *
     * @param step its name, with its occurrence if that is not the first
     * @param name the exception's simple class name
     * @param message its message; empty if it had none
     */
    public record FailedRollback(String step, String name, String message) {}
}
