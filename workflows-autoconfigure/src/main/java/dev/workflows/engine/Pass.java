package dev.workflows.engine;

import dev.workflows.store.Claim;
import dev.workflows.store.Failure;
import dev.workflows.store.History;
import dev.workflows.store.Wake;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** One entry of {@code run} under one claim, on one thread and on those of its branches. */
final class Pass {

    /** Whether the pass still has its instance, and what became of it if not. */
    enum State {
        RUNNING,
        /** To be given up until it is due again. */
        SUSPENDED,
        /** To be handed back, because this node stops. */
        STOPPED,
        /** To be ended, since its deadline has passed. */
        OVERDUE,
        /** Somebody else has the instance, or will have. */
        LOST,
        /** To be ended with a failure that run has no say in. */
        FAILED,
        /** The same, after what can be undone is. */
        EXCEEDED
    }

    private final Claim claim;
    private final WorkflowDefinition definition;
    private final StepRunner stepRunner;
    private final Slot slot;
    private final Lease lease;
    private final Branch root;
    private final SharedKeys sharedKeys = new SharedKeys();
    private final Undo undo = new Undo();
    private final AtomicInteger called = new AtomicInteger();

    private final List<Parked> parked = new ArrayList<>();
    private Replay replay = new Replay(History.EMPTY, ReplayCheck.OFF);
    private PassClock clock = new PassClock(Instant.EPOCH);
    private long signals;
    private long rung;
    private volatile State state = State.RUNNING;
    private volatile boolean stopping;
    private volatile boolean pausing;
    private volatile boolean cutOff;
    private @Nullable Failure failure;
    private @Nullable Wake wake;
    private @Nullable Duration dueIn;

    Pass(Claim claim, WorkflowDefinition definition, StepRunner stepRunner, Slot slot, Lease lease) {
        this.claim = claim;
        this.definition = definition;
        this.stepRunner = stepRunner;
        this.slot = slot;
        this.lease = lease;
        this.signals = claim.signals();
        this.root = Branch.root(this, claim.interrupted());
    }

    /** Calls a step's method: as a step of the instance on this thread, or as it is if there is none. */
    static @Nullable Object callStep(StepCall call) throws Throwable {
        Branch branch = Branch.current();
        return branch == null ? call.body().call() : branch.pass().stepRunner.call(branch, call);
    }

    /** {@code run} itself. */
    Branch root() {
        return root;
    }

    Undo undo() {
        return undo;
    }

    /** The keys that do not depend on the branch. */
    SharedKeys sharedKeys() {
        return sharedKeys;
    }

    Claim claim() {
        return claim;
    }

    WorkflowDefinition definition() {
        return definition;
    }

    History history() {
        return replay.history();
    }

    Replay replay() {
        return replay;
    }

    /** What earlier passes have done; to be called before {@code run} is entered. */
    void goOnFrom(History history, ReplayCheck check) {
        this.replay = new Replay(history, check);
        this.clock = new PassClock(history.latest());
    }

    PassClock clock() {
        return clock;
    }

    Slot slot() {
        return slot;
    }

    State state() {
        return state;
    }

    /** When the instance, or one that waits for it, is due; null if nobody needs to remember. */
    @Nullable
    synchronized Duration dueIn() {
        return dueIn;
    }

    /** This instance is due, or one that waits for it. */
    synchronized void dueNow() {
        dueIn = Duration.ZERO;
    }

    /** When the instance is to be due again, if it is still to be given up. */
    @Nullable
    Wake wake() {
        return wake;
    }

    /** Whether a body may be entered right now. */
    boolean mayEnter(Branch branch) {
        // asked for first: a node that joins anew has lost its passes before
        return lease.isCertain() && state == State.RUNNING && !stopping && !branch.isCancelled();
    }

    void requireRunning(Branch branch) {
        // an interrupt that run has left behind is meant neither for the next body nor for the database
        Thread.interrupted();
        lease.awaitCertainty(() -> state == State.RUNNING && !stopping);
        if (stopping) {
            stopped();
        }
        while (pausing && state == State.RUNNING && !branch.isCancelled()) {
            park(Parked.forPause(branch));
        }
        if (state != State.RUNNING || branch.isCancelled()) {
            throw new Suspension();
        }
    }

    /**
     * Stays here until then, as long as another branch is at work; once none is, the instance leaves its threads.
     *
     * @param left null if time alone does not wake it
     * @param after the latest signal when it was looked at; null if signals do not wake it
     */
    void park(Branch branch, @Nullable Duration left, Parked.@Nullable Signal after) {
        // what comes after a wait has not been entered before
        branch.takeInterrupted();
        park(Parked.until(branch, left, after));
        requireRunning(branch);
    }

    private synchronized void park(Parked waiting) {
        parked.add(waiting);
        waiting.branch().stage(Branch.Stage.PARKED);
        suspendIfNobodyWorks();
        while (state == State.RUNNING
                && !stopping
                && !waiting.branch().isCancelled()
                && !waiting.isOver(System.nanoTime(), rung, pausing)) {
            await(waiting.due());
        }
        waiting.branch().stage(Branch.Stage.WORKING);
        parked.remove(waiting);
    }

    private void await(@Nullable Long due) {
        try {
            wait(due == null ? 0 : Math.max(0, due - System.nanoTime()) / 1_000_000 + 1);
        } catch (InterruptedException e) {
            // nobody has a reason to; what is waited for is looked at again
        }
    }

    /** The branch has forked: from here on it waits for so many of its branches. */
    synchronized void joining(Branch branch, int enough) {
        branch.join(enough);
    }

    /** A branch has come to its end, or is no longer run. */
    synchronized void left(Branch branch) {
        branch.stage(Branch.Stage.LEFT);
        cutOff |= state == State.STOPPED && branch.mayHaveBeenInterrupted();
        suspendIfNobodyWorks();
        notifyAll();
    }

    /** Waits until enough of its branches have left, or all if the pass ends; not for an instance that is lost. */
    synchronized void awaitBranches(Branch branch) {
        while (state != State.LOST
                && !branch.isCancelled()
                && branch.countLeft()
                        < (state == State.RUNNING
                                ? branch.enough()
                                : branch.children().size())) {
            await(null);
        }
        branch.stage(Branch.Stage.WORKING);
    }

    /** With the lock: a branch that has left may be what its parent is waiting for, which then has work to do. */
    private void suspendIfNobodyWorks() {
        long now = System.nanoTime();
        if (state != State.RUNNING
                || !root.isWaiting()
                || parked.stream().anyMatch(it -> it.isOver(now, rung, pausing))) {
            return;
        }
        wake = Parked.first(parked, now);
        dueIn = wake.after();
        leave(State.SUSPENDED);
    }

    /** The instance has been given up until then; that is stored, and whoever saw it first may have taken it for lost. */
    synchronized Suspension givenUp(@Nullable Duration dueIn) {
        if (leave(State.SUSPENDED)) {
            this.dueIn = dueIn;
        }
        return new Suspension();
    }

    /** The instance is to be paused: each branch stops at the next thing that it asks of the engine. */
    void pause() {
        pausing = true;
    }

    synchronized void resume() {
        pausing = false;
        notifyAll();
    }

    /** Something has come that a branch may be waiting for. */
    synchronized void signalled() {
        rung++;
        if (state == State.SUSPENDED) {
            // it may be given up only now, and be due at once
            dueNow();
        }
        notifyAll();
    }

    /** The same, if the instance has been signalled more often than this pass knows. */
    synchronized void signalled(long count) {
        if (count > signals) {
            signals = count;
            signalled();
        }
    }

    /** How often this pass has been told of a signal: to be asked before the database is. */
    synchronized long rung() {
        return rung;
    }

    /** This node stops: the pass ends at the next thing that {@code run} asks of the engine. */
    synchronized void stop() {
        stopping = true;
        notifyAll();
    }

    void stopped() {
        leave(State.STOPPED);
    }

    /** An attempt was cut off because this node stops. */
    void cutOff() {
        cutOff = true;
        stopped();
    }

    /** Whether the next claim must count an attempt that it knows nothing of. */
    boolean wasCutOff() {
        return cutOff || root.mayHaveBeenInterrupted();
    }

    /** This node can wait no longer: bodies are interrupted, if any are running. */
    void interrupt() {
        root.interrupt();
    }

    /**
     * The instance's deadline has passed: each branch leaves at the next thing that it asks of the engine, and bodies are
     * interrupted. False if the pass has left before.
     */
    boolean exceedDeadline() {
        boolean left = leave(State.OVERDUE);
        if (left) {
            interrupt();
        }
        return left;
    }

    boolean isOverdue() {
        return state == State.OVERDUE;
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
        loseAndInterrupt();
        return new Suspension();
    }

    /** Whatever run makes of it, the instance ends with this failure. */
    synchronized Suspension failed(Failure with) {
        if (leave(State.FAILED)) {
            failure = with;
        }
        return new Suspension();
    }

    /** Run has called another step, or something like one; if that is one too many, the instance ends. */
    void called() {
        int limit = definition.limits().maxSteps();
        if (called.incrementAndGet() <= limit) {
            return;
        }
        if (!undo.isFinding()) {
            exceeded(Failures.tooManySteps(claim, limit));
        }
        throw new Suspension();
    }

    private synchronized void exceeded(Failure with) {
        if (leave(State.EXCEEDED)) {
            failure = with;
        }
    }

    /** What the instance ends with, if run has no say in it. */
    synchronized @Nullable Failure failure() {
        return failure;
    }

    private synchronized boolean leave(State to) {
        boolean abandoned = state == State.OVERDUE && to == State.LOST;
        boolean takenForLost = state == State.LOST && to == State.SUSPENDED;
        if (state != State.RUNNING && !abandoned && !takenForLost) {
            return false;
        }
        state = to;
        notifyAll();
        return true;
    }

    @Override
    public String toString() {
        return "workflow=%s instance=%s".formatted(claim.workflow(), claim.id());
    }
}
