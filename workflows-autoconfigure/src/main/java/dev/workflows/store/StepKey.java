package dev.workflows.store;

/**
 * What a checkpoint is stored and found under, within its instance.
 *
 * @param scope the branches that it was called in, outermost first; empty in {@code run} itself; or {@link #ANY_BRANCH}
 * @param occurrence counts the calls with this kind and name in that scope, from 1
 */
public record StepKey(Kind kind, String scope, String name, int occurrence) {

    /** What was called; each has occurrences of its own. */
    public enum Kind {
        STEP("step"),
        SLEEP("sleep"),
        /** A wait for an event. */
        WAIT("wait"),
        /** Which branch won a race. */
        RACE("race"),
        /** The start of a child. */
        CHILD("child"),
        /** How a child ended. */
        CHILD_RESULT("result"),
        /** A time or a random value. */
        VALUE("value"),
        /** That a place in the code was new when the instance came to it. */
        PATCH("patch"),
        /** What undoes a step, under the step's own name. */
        ROLLBACK("rollback");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        /** As it is stored. */
        public String word() {
            return word;
        }

        /** @throws IllegalArgumentException if no kind is stored under that word */
        public static Kind of(String word) {
            for (Kind kind : values()) {
                if (kind.word.equals(word)) {
                    return kind;
                }
            }
            throw new IllegalArgumentException("No kind of step is stored as \"%s\"".formatted(word));
        }
    }

    /** The scope of calls that are told apart by what they are called with, and not by their branch. */
    public static final String ANY_BRANCH = "*";

    /** In {@code run} itself. */
    public StepKey(Kind kind, String name, int occurrence) {
        this(kind, "", name, occurrence);
    }

    /** As people read it: the name alone the first time, then {@code name-2}; in a branch, {@code name (branch 1.2)}. */
    @Override
    public String toString() {
        String text = occurrence == 1 ? name : name + "-" + occurrence;
        return scope.isEmpty() || scope.equals(ANY_BRANCH) ? text : "%s (branch %s)".formatted(text, scope);
    }
}
