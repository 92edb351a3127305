package dev.workflows;

/**
 * Where a restarted instance begins again: at a step, a sleep or a wait for an event, by its name.
 *
 * @param type what it is
 * @param name its name, as it was stored
 * @param occurrence which of the calls with that name, from 1
 */
public record RestartFrom(Type type, String name, int occurrence) {

    public enum Type {
        STEP("step"),
        SLEEP("sleep"),
        WAIT_FOR_EVENT("wait");

        private final String word;

        Type(String word) {
            this.word = word;
        }

        @Override
        public String toString() {
            return word;
        }
    }

    /** @throws IllegalArgumentException if the occurrence is not 1 or more */
    public RestartFrom {
        if (occurrence < 1) {
            throw new IllegalArgumentException("Occurrences count from 1, there is no " + occurrence);
        }
    }

    /** From the first call of the step with that name. */
    public static RestartFrom step(String name) {
        return new RestartFrom(Type.STEP, name, 1);
    }

    /** From the first sleep with that name. */
    public static RestartFrom sleep(String name) {
        return new RestartFrom(Type.SLEEP, name, 1);
    }

    /** From the first wait for an event with that name. */
    public static RestartFrom waitForEvent(String name) {
        return new RestartFrom(Type.WAIT_FOR_EVENT, name, 1);
    }

    /** From another than the first call with that name. */
    public RestartFrom occurrence(int occurrence) {
        return new RestartFrom(type, name, occurrence);
    }

    @Override
    public String toString() {
        return "%s \"%s\"%s".formatted(type, name, occurrence == 1 ? "" : ", occurrence " + occurrence);
    }
}
