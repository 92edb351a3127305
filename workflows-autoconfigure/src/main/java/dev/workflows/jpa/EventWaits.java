package dev.workflows.jpa;

import dev.workflows.DurationText;
import dev.workflows.store.Checkpoint;
import dev.workflows.store.Claim;
import dev.workflows.store.EventWait;
import dev.workflows.store.Failure;
import dev.workflows.store.Reception;
import dev.workflows.store.StepKey;
import dev.workflows.store.Written;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Waits for events. With the instance locked, no event can come between the look and what follows from it. */
final class EventWaits {

    private final InstanceRepository instances;
    private final StepRepository steps;
    private final EventRepository events;
    private final StepRows rows;

    EventWaits(PersistenceUnit unit, StepRows rows) {
        this.instances = unit.repository(InstanceRepository.class);
        this.steps = unit.repository(StepRepository.class);
        this.events = unit.repository(EventRepository.class);
        this.rows = rows;
    }

    Reception receive(Claim claim, StepKey key, EventWait wait) {
        return instances
                .lock(claim.key(), claim.epoch())
                .map(instance -> receive(claim, key, wait, instance.signals()))
                .orElse(Reception.STALE);
    }

    private Reception receive(Claim claim, StepKey key, EventWait wait, long signals) {
        Optional<StepEntity> begun = steps.findById(StepId.of(claim, key));
        if (begun.isEmpty()) {
            rows.begin(claim, key, wait);
        }
        StepEntity row =
                begun.orElseGet(() -> steps.findById(StepId.of(claim, key)).orElseThrow());
        Duration left = row.left();
        if (left == null) {
            return new Reception(Written.EXISTS, row.checkpoint(), null, signals);
        }
        Instant now = row.readAt();
        Checkpoint outcome = outcome(row, wait, now, begun.isEmpty());
        return new Reception(Written.STORED, outcome, left, signals);
    }

    private @Nullable Checkpoint outcome(StepEntity row, EventWait wait, Instant now, boolean first) {
        Instant until = Objects.requireNonNull(row.wakeAt());
        Optional<EventEntity> event = events.next(row.instance(), wait.type())
                .filter(next -> first || !next.sentAt().isAfter(until));
        if (event.isPresent()) {
            event.get().consumed(now);
            row.received(event.get(), now);
        } else if (!now.isBefore(until)) {
            row.timedOut(timeout(wait), now);
        } else {
            return null;
        }
        return row.checkpoint();
    }

    private static Failure timeout(EventWait wait) {
        return new Failure(
                "WaitTimeoutException",
                "No event of type \"%s\" came within %s".formatted(wait.type(), DurationText.shortly(wait.timeout())),
                "");
    }
}
