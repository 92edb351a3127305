package dev.workflows.engine;

import dev.workflows.CatchUp;
import dev.workflows.Overlap;
import java.util.List;
import java.util.stream.Collectors;

/**
 * When instances of a workflow are created by themselves.
 *
 * @param crons none if they are not; different ones
 */
record Schedules(List<Cron> crons, CatchUp catchUp, Overlap overlap) {

    static final Schedules NONE = new Schedules(List.of(), CatchUp.ONCE, Overlap.ALLOW);

    boolean isEmpty() {
        return crons.isEmpty();
    }

    /** In a few words, for the log at start-up: {@code "0 6 * * *" (UTC)}. */
    String describe() {
        return crons.stream()
                .map(cron -> "\"%s\" (%s)".formatted(cron.text(), cron.zone()))
                .collect(Collectors.joining(", "));
    }
}
