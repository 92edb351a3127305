package dev.workflows.store;

/**
 * What a checkpoint is stored and found under, within its instance.
 *
 * @param occurrence counts the calls with this kind and name, from 1
 */
public record StepKey(Kind kind, String name, int occurrence) {

    public enum Kind {
        STEP,
        SLEEP
    }

    /** As people read it: the name alone the first time, then {@code name-2}. */
    @Override
    public String toString() {
        return occurrence == 1 ? name : name + "-" + occurrence;
    }
}
