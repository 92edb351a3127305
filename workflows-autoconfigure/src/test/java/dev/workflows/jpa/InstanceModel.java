package dev.workflows.jpa;

import dev.workflows.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What an instance should be like, as its documentation tells it and without a database: the other opinion that the store
 * is compared with. Times are but an order; what is to be waited for is either over or far away.
 */
final class InstanceModel {

    /** Something that the instance has called, in the order in which it was started. */
    record Call(String name, int startedAt, boolean open) {}

    private @Nullable Status status;
    private @Nullable Status ending;
    private boolean due;
    private boolean interrupted;
    private boolean rolledBack;
    private int generation;
    private int signals;
    private int events;
    private int tokens;
    private int owner;
    private final List<Call> calls = new ArrayList<>();

    // --- look ---

    Optional<Status> status() {
        return Optional.ofNullable(status);
    }

    boolean isDue() {
        return due;
    }

    boolean isInterrupted() {
        return interrupted;
    }

    boolean isOwned() {
        return owner != 0;
    }

    boolean isEnded() {
        return status == Status.COMPLETE || status == Status.ERRORED || status == Status.TERMINATED;
    }

    boolean isBeingRolledBack() {
        return ending != null;
    }

    boolean isRolledBack() {
        return rolledBack;
    }

    int generation() {
        return generation;
    }

    int signals() {
        return signals;
    }

    List<Call> calls() {
        return calls;
    }

    Optional<Call> openWait() {
        return calls.stream().filter(Call::open).findFirst();
    }

    /** Whether what was claimed as this is still the claim's. */
    boolean isHeldAs(int token) {
        return owner != 0 && owner == token;
    }

    // --- from outside ---

    /** False if there is one. */
    boolean create() {
        if (status != null) {
            return false;
        }
        status = Status.QUEUED;
        due = true;
        generation = 1;
        return true;
    }

    void pause() {
        switch (current()) {
            case QUEUED, WAITING -> {
                status = Status.PAUSED;
                due = false;
            }
            case RUNNING -> status = Status.WAITING_FOR_PAUSE;
            default -> {}
        }
    }

    void resume() {
        switch (current()) {
            case PAUSED -> {
                status = Status.QUEUED;
                due = true;
            }
            case WAITING_FOR_PAUSE -> status = Status.RUNNING;
            default -> {}
        }
    }

    boolean terminate() {
        if (isEnded()) {
            return false;
        }
        end(Status.TERMINATED);
        return true;
    }

    boolean terminateWithRollback() {
        if (isEnded()) {
            return false;
        }
        if (ending == null) {
            interrupted |= isOwned();
            become(Status.QUEUED, true);
            ending = Status.TERMINATED;
        }
        return true;
    }

    void restart() {
        generation++;
        interrupted = false;
        ending = null;
        rolledBack = false;
        calls.clear();
        become(Status.QUEUED, true);
    }

    boolean restartFrom(String name) {
        Optional<Call> from =
                calls.stream().filter(call -> call.name().equals(name)).findFirst();
        List<Call> kept = calls.stream()
                .filter(call ->
                        from.isPresent() && call.startedAt() < from.get().startedAt())
                .toList();
        if (from.isPresent()) {
            restart();
            calls.addAll(kept);
        }
        return from.isPresent();
    }

    boolean send() {
        if (isEnded()) {
            return false;
        }
        events++;
        signals++;
        due |= status == Status.WAITING && openWait().isPresent();
        return true;
    }

    boolean delete() {
        boolean deleted = isEnded();
        if (deleted) {
            status = null;
            ending = null;
            rolledBack = false;
            interrupted = false;
            signals = 0;
            events = 0;
            calls.clear();
        }
        return deleted;
    }

    // --- by nodes ---

    /** Returns what it is then held as. */
    int claim() {
        become(Status.RUNNING, false);
        interrupted = false;
        owner = ++tokens;
        return owner;
    }

    void handBack(boolean cutOff) {
        interrupted = cutOff;
        giveUp(Status.QUEUED, true);
    }

    // --- by whoever holds it ---

    void called(String name, int now) {
        calls.add(new Call(name, now, false));
    }

    /** @param dueThen whether what it waits for is there, or over */
    void suspend(boolean dueThen) {
        giveUp(Status.WAITING, dueThen);
    }

    /** True if an event was there. */
    boolean receive(String name, int now, boolean giveUp) {
        Call wait = openWait().orElse(new Call(name, now, true));
        calls.remove(wait);
        boolean taken = events > 0;
        if (taken) {
            events--;
        }
        calls.add(new Call(wait.name(), wait.startedAt(), !taken));
        if (!taken && giveUp) {
            suspend(false);
        }
        return taken;
    }

    void beginRollback() {
        ending = Status.ERRORED;
    }

    boolean endRollback() {
        if (ending == null) {
            return false;
        }
        rolledBack = true;
        end(ending);
        return true;
    }

    void end(Status how) {
        ending = null;
        become(how, false);
    }

    private Status current() {
        if (status == null) {
            throw new IllegalStateException("There is none");
        }
        return status;
    }

    private void giveUp(Status otherwise, boolean dueThen) {
        if (status == Status.WAITING_FOR_PAUSE) {
            become(Status.PAUSED, false);
        } else {
            become(otherwise, dueThen);
        }
    }

    private void become(Status to, boolean dueThen) {
        status = to;
        due = dueThen;
        owner = 0;
    }

    @Override
    public String toString() {
        return "%s due=%s owned=%s generation=%d ending=%s calls=%s"
                .formatted(status, due, isOwned(), generation, ending, calls);
    }
}
