package dev.workflows.engine;

import dev.workflows.store.Claim;
import dev.workflows.store.History;
import dev.workflows.store.StepKey;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One entry of {@code run}, on one thread, under one claim. */
final class Pass {

    /** Whether the pass still has its instance, and what became of it if not. */
    enum State {
        RUNNING,
        /** Given up until it is due again; that is stored. */
        SUSPENDED,
        /** To be handed back, because this node stops. */
        STOPPED,
        /** Somebody else has the instance, or will have. */
        LOST
    }

    private static final ThreadLocal<@Nullable Pass> CURRENT = new ThreadLocal<>();

    private final Claim claim;
    private final WorkflowDefinition definition;
    private final StepRunner stepRunner;
    private final Slot slot;
    private final Lease lease;
    private final Map<StepKey, Integer> occurrences = new HashMap<>();
    private History history = History.EMPTY;
    private boolean interruptedBefore;
    private volatile State state = State.RUNNING;
    private volatile boolean stopping;
    private volatile @Nullable Attempt attempt;
    private @Nullable Duration dueIn;

    Pass(Claim claim, WorkflowDefinition definition, StepRunner stepRunner, Slot slot, Lease lease) {
        this.claim = claim;
        this.definition = definition;
        this.stepRunner = stepRunner;
        this.slot = slot;
        this.lease = lease;
        this.interruptedBefore = claim.interrupted();
    }

    /** Calls a step's method: as a step of the instance on this thread, or as it is if there is none. */
    static @Nullable Object callStep(Method method, Class<?> type, boolean onThis, StepBody body) throws Throwable {
        Pass pass = CURRENT.get();
        return pass == null ? body.call() : pass.stepRunner.call(pass, method, type, onThis, body);
    }

    void bind() {
        CURRENT.set(this);
    }

    void unbind() {
        CURRENT.remove();
    }

    Claim claim() {
        return claim;
    }

    WorkflowDefinition definition() {
        return definition;
    }

    History history() {
        return history;
    }

    /** What earlier passes have done; to be called before {@code run} is entered. */
    void goOnFrom(History history) {
        this.history = history;
    }

    Slot slot() {
        return slot;
    }

    State state() {
        return state;
    }

    /** When the instance is due again; null if nobody needs to remember. */
    @Nullable
    Duration dueIn() {
        return dueIn;
    }

    /** To be called before anything that {@code run} asks of the engine: a swallowed unwinding is taken up again. */
    void requireRunning() {
        // an interrupt that run has left behind is meant neither for the next body nor for the database
        Thread.interrupted();
        lease.awaitCertainty(() -> state == State.RUNNING && !stopping);
        if (stopping) {
            leave(State.STOPPED);
        }
        if (state != State.RUNNING) {
            throw new Suspension();
        }
    }

    /** The key of the next call with this name. */
    StepKey nextKey(StepKey.Kind kind, String name) {
        int occurrence = occurrences.merge(new StepKey(kind, name, 0), 1, Integer::sum);
        return new StepKey(kind, name, occurrence);
    }

    /** True once, where the claim before this one was cut off: the step that asks may have been inside an attempt. */
    boolean takeInterrupted() {
        boolean was = interruptedBefore;
        interruptedBefore = false;
        return was;
    }

    boolean isInBody() {
        return attempt != null;
    }

    void attempting(@Nullable Attempt attempt) {
        this.attempt = attempt;
    }

    /** The instance has been given up until then. */
    Suspension suspended(Duration dueIn) {
        if (leave(State.SUSPENDED)) {
            this.dueIn = dueIn;
        }
        return new Suspension();
    }

    /** This node stops: the pass ends at the next thing that {@code run} asks of the engine. */
    void stop() {
        stopping = true;
    }

    /** This node can wait no longer: the body is interrupted, if one is running. */
    void interrupt() {
        Attempt running = attempt;
        if (running != null) {
            running.interrupt(Attempt.Fate.STOPPED);
        }
    }

    /** An attempt was cut off because this node stops. */
    Suspension cutOff() {
        interruptedBefore = true;
        leave(State.STOPPED);
        return new Suspension();
    }

    /** Whether the next claim must count an attempt that it knows nothing of. */
    boolean wasCutOff() {
        return interruptedBefore;
    }

    /** The instance is somebody else's. True if it was this pass's until now. */
    boolean lose() {
        return leave(State.LOST);
    }

    /** The instance is somebody else's, and what a body still does for it would be in vain. */
    void loseAndInterrupt() {
        lose();
        interrupt();
    }

    Suspension lost() {
        lose();
        return new Suspension();
    }

    private synchronized boolean leave(State to) {
        if (state != State.RUNNING) {
            return false;
        }
        state = to;
        return true;
    }

    @Override
    public String toString() {
        return "workflow=%s instance=%s".formatted(claim.workflow(), claim.id());
    }
}
