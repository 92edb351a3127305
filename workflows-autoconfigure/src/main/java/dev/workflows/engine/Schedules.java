package dev.workflows.engine;

import dev.workflows.CatchUp;
import dev.workflows.Overlap;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * When instances of a workflow are created by themselves.
 *
 * @param crons none if they are not; different ones
 */
record Schedules(List<Cron> crons, CatchUp catchUp, Overlap overlap) {

    static final Schedules NONE = new Schedules(List.of(), CatchUp.ONCE, Overlap.ALLOW);

    /** What comes later than this has been missed. */
    private static final Duration ON_TIME = Duration.ofSeconds(10);

    boolean isEmpty() {
        return crons.isEmpty();
    }

    /**
     * The firings that become instances: each that is on time, or the last of those that were missed.
     *
     * @param since how far it has fired
     * @param absent whether nobody may have been there; otherwise what is late was kept from firing, and fires late
     */
    List<Instant> due(Cron cron, Instant since, Instant now, boolean absent) {
        List<Instant> due = new ArrayList<>();
        Instant onTime = now.minus(ON_TIME).isAfter(since) ? now.minus(ON_TIME) : since;
        Instant next = cron.next(onTime);
        while (next != null && !next.isAfter(now)) {
            due.add(next);
            next = cron.next(next);
        }
        Instant missed = cron.last(since, onTime);
        if (due.isEmpty() && missed != null && !(absent && catchUp == CatchUp.SKIP)) {
            due.add(missed);
        }
        return due;
    }

    /** In a few words, for the log at start-up: {@code "0 6 * * *" (UTC)}. */
    String describe() {
        return crons.stream()
                .map(cron -> "\"%s\" (%s)".formatted(cron.text(), cron.zone()))
                .collect(Collectors.joining(", "));
    }
}
