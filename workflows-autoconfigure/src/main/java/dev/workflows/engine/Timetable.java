package dev.workflows.engine;

import dev.workflows.Overlap;
import dev.workflows.Schedule;
import dev.workflows.store.Firings;
import dev.workflows.store.ScheduleKey;
import dev.workflows.store.WorkflowStore;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fires the schedules of one workflow. The row of a schedule is locked, its instances are created and the row says so in
 * one transaction, so that of all nodes one fires it, and nothing is lost or done twice if that node dies meanwhile.
 */
final class Timetable {

    private static final Logger log = LoggerFactory.getLogger(Timetable.class);
    private static final DateTimeFormatter ID_TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final String workflow;
    private final Schedules schedules;
    private final DefaultWorkflowBinding binding;
    private final WorkflowStore store;
    private Map<ScheduleKey, Instant> known = Map.of();
    private boolean started;

    Timetable(WorkflowDefinition definition, DefaultWorkflowBinding binding, WorkflowStore store) {
        this.workflow = definition.name();
        this.schedules = definition.schedules();
        this.binding = binding;
        this.store = store;
    }

    /** A firing that is due. */
    private record Due(Cron cron, Instant time) {}

    /** Fires what is due; returns how long until something will be, empty if nothing will. */
    Optional<Duration> fire() {
        Firings fired = store.fire(workflow, this::fire);
        known = fired.last();
        started = true;
        return schedules.crons().stream()
                .map(cron -> cron.next(Objects.requireNonNull(known.get(key(cron)))))
                .filter(Objects::nonNull)
                .min(Comparator.naturalOrder())
                .map(next -> Duration.between(fired.now(), next));
    }

    private Firings fire(Firings stored) {
        // what this workflow no longer has is forgotten once, since nodes that still have it may live for a while
        Map<ScheduleKey, Instant> last = new HashMap<>(started ? stored.last() : Map.of());
        List<Due> due = new ArrayList<>();
        for (Cron cron : schedules.crons()) {
            // such a node may have found its schedule forgotten; one that nobody knows begins now
            Instant since = stored.last().getOrDefault(key(cron), known.getOrDefault(key(cron), stored.now()));
            Instant latest = cron.last(since, stored.now());
            last.put(key(cron), latest == null ? since : latest);
            if (latest != null) {
                List<Instant> times = schedules.due(cron, since, stored.now(), !started);
                times.forEach(time -> due.add(new Due(cron, time)));
                logMissed(cron, since, latest, times);
            }
        }
        due.sort(Comparator.comparing(Due::time));
        due.forEach(this::create);
        return new Firings(stored.now(), last);
    }

    private void create(Due due) {
        if (schedules.overlap() == Overlap.SKIP && store.hasUnfinishedScheduled(workflow)) {
            log.info(
                    "workflow={} schedule \"{}\" of {} is left out: an earlier scheduled instance has not ended",
                    workflow,
                    due.cron().text(),
                    due.time());
            return;
        }
        String id = id(due);
        if (binding.create(id, new Schedule(due.cron().text(), due.time()))) {
            store.afterTransaction(committed -> {
                if (committed) {
                    log.info(
                            "workflow={} instance={} created by schedule \"{}\"",
                            workflow,
                            id,
                            due.cron().text());
                }
            });
        }
    }

    private void logMissed(Cron cron, Instant since, Instant latest, List<Instant> times) {
        if (!Objects.equals(cron.next(since), times.isEmpty() ? null : times.get(0))) {
            log.info(
                    "workflow={} schedule \"{}\" has missed firings since {}: {}",
                    workflow,
                    cron.text(),
                    since,
                    times.isEmpty() ? "they are left out" : "it goes on with that of " + times.get(0));
        }
    }

    private String id(Due due) {
        String id = "schedule-" + ID_TIME.format(due.time());
        return schedules.crons().size() == 1
                ? id
                : id + "-%08x".formatted(key(due.cron()).toString().hashCode());
    }

    @Override
    public String toString() {
        return "workflow=%s schedules %s".formatted(workflow, schedules.describe());
    }

    private static ScheduleKey key(Cron cron) {
        return new ScheduleKey(cron.text(), cron.zone().getId());
    }
}
