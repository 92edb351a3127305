package dev.workflows.store;

import static dev.workflows.Status.COMPLETE;
import static dev.workflows.Status.ERRORED;
import static dev.workflows.Status.PAUSED;
import static dev.workflows.Status.QUEUED;
import static dev.workflows.Status.RUNNING;
import static dev.workflows.Status.TERMINATED;
import static dev.workflows.Status.WAITING;
import static dev.workflows.Status.WAITING_FOR_PAUSE;

import dev.workflows.Status;
import java.util.Map;
import java.util.Optional;

/**
 * What can happen to an instance, and which status it leads to from which: the one place that says so. A status that is
 * not listed refuses the transition; one that leads to itself stays as it is.
 */
public enum Transition {
    /** A node takes the instance up; a paused one only once its deadline has passed, to end it. */
    CLAIM(Map.of(QUEUED, RUNNING, WAITING, RUNNING, PAUSED, RUNNING)),
    /** Its node gives it up until it is due again. */
    SUSPEND(Map.of(RUNNING, WAITING, WAITING_FOR_PAUSE, PAUSED)),
    /** Its node stops, or has died. */
    HAND_BACK(Map.of(RUNNING, QUEUED, WAITING_FOR_PAUSE, PAUSED)),
    /** {@code run} has returned. */
    COMPLETES(Map.of(RUNNING, COMPLETE, WAITING_FOR_PAUSE, COMPLETE)),
    /** {@code run} has thrown. */
    FAILS(Map.of(RUNNING, ERRORED, WAITING_FOR_PAUSE, ERRORED)),

    PAUSE(Map.of(
            QUEUED, PAUSED,
            WAITING, PAUSED,
            RUNNING, WAITING_FOR_PAUSE,
            WAITING_FOR_PAUSE, WAITING_FOR_PAUSE,
            PAUSED, PAUSED,
            COMPLETE, COMPLETE,
            ERRORED, ERRORED,
            TERMINATED, TERMINATED)),
    RESUME(Map.of(
            PAUSED, QUEUED,
            WAITING_FOR_PAUSE, RUNNING,
            QUEUED, QUEUED,
            RUNNING, RUNNING,
            WAITING, WAITING,
            COMPLETE, COMPLETE,
            ERRORED, ERRORED,
            TERMINATED, TERMINATED)),
    TERMINATE(Map.of(
            QUEUED, TERMINATED,
            RUNNING, TERMINATED,
            WAITING, TERMINATED,
            WAITING_FOR_PAUSE, TERMINATED,
            PAUSED, TERMINATED)),
    /** It is rolled back first, on whichever node: so it is queued. */
    TERMINATE_WITH_ROLLBACK(Map.of(
            QUEUED, QUEUED,
            RUNNING, QUEUED,
            WAITING, QUEUED,
            WAITING_FOR_PAUSE, QUEUED,
            PAUSED, QUEUED)),
    RESTART(Map.of(
            QUEUED, QUEUED,
            RUNNING, QUEUED,
            WAITING, QUEUED,
            WAITING_FOR_PAUSE, QUEUED,
            PAUSED, QUEUED,
            COMPLETE, QUEUED,
            ERRORED, QUEUED,
            TERMINATED, QUEUED)),
    SEND_EVENT(Map.of(
            QUEUED, QUEUED,
            RUNNING, RUNNING,
            WAITING, WAITING,
            WAITING_FOR_PAUSE, WAITING_FOR_PAUSE,
            PAUSED, PAUSED));

    private final Map<Status, Status> table;

    Transition(Map<Status, Status> table) {
        this.table = table;
    }

    /** Where it leads to from there; empty if it is refused. */
    public Optional<Status> from(Status status) {
        return Optional.ofNullable(table.get(status));
    }

    /** The same as it is stored, where it is certain that it leads somewhere. */
    public String wordFrom(Status status) {
        return from(status).orElseThrow().word();
    }
}
