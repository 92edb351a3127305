package dev.workflows.engine;

import dev.workflows.WorkflowException;
import dev.workflows.store.StepKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What one thread does in a pass: {@code run} itself, or one of the branches that it has forked into. */
final class Branch {

    /** What a branch is at; guarded by its pass. */
    enum Stage {
        WORKING,
        /** Has nothing to do for now. */
        PARKED,
        /** Waits for the branches that it has forked into. */
        JOINING,
        LEFT
    }

    private static final Logger log = LoggerFactory.getLogger(Branch.class);

    private static final ThreadLocal<@Nullable Branch> CURRENT = new ThreadLocal<>();

    private final Pass pass;
    private final @Nullable Branch parent;
    private final String scope;
    private final Map<StepKey, Integer> occurrences = new HashMap<>();
    private int forks;
    private volatile boolean interruptedBefore;
    private volatile @Nullable Attempt attempt;
    private volatile boolean cancelled;
    private volatile List<Branch> children = List.of();
    // guarded by the pass
    private Stage stage = Stage.WORKING;
    private int enough;

    private Branch(Pass pass, @Nullable Branch parent, String scope, boolean interruptedBefore) {
        this.pass = pass;
        this.parent = parent;
        this.scope = scope;
        this.interruptedBefore = interruptedBefore;
    }

    /** {@code run} itself. */
    static Branch root(Pass pass, boolean interruptedBefore) {
        return new Branch(pass, null, Scope.RUN, interruptedBefore);
    }

    /** The branch on this thread; null outside of {@code run}. */
    static @Nullable Branch current() {
        return CURRENT.get();
    }

    void bind() {
        CURRENT.set(this);
    }

    static void unbind() {
        CURRENT.remove();
    }

    Pass pass() {
        return pass;
    }

    /** The branches that this one is within, outermost first; empty for {@code run} itself. */
    String scope() {
        return scope;
    }

    /** Whether a wait here may give the instance up with the same write that stores it: nothing else is at work. */
    boolean isRun() {
        return scope.isEmpty();
    }

    /** To be called before anything that {@code run} asks of the engine: a swallowed unwinding is taken up again. */
    void requireRunning() {
        pass.requireRunning(this);
    }

    /** The key of the next call with this name. */
    StepKey nextKey(StepKey.Kind kind, String name) {
        return nextKey(kind, name, List.of());
    }

    /** The same, for what may have been begun under a former name. */
    StepKey nextKey(StepKey.Kind kind, String name, List<String> aliases) {
        int occurrence = occurrences.merge(new StepKey(kind, scope, name, 0), 1, Integer::sum);
        return reached(new StepKey(kind, scope, name, occurrence), aliases);
    }

    /** The key of the next call with this name in whatever branch. */
    StepKey nextSharedKey(String name, List<String> aliases) {
        return reached(pass.sharedKeys().next(this, name), aliases);
    }

    /** The key of every call with this name, in whatever branch: it can have but one outcome. */
    StepKey sharedKey(StepKey.Kind kind, String name) {
        return reached(new StepKey(kind, StepKey.ANY_BRANCH, name, 1), List.of());
    }

    private StepKey reached(StepKey called, List<String> aliases) {
        if (called.kind() != StepKey.Kind.PATCH) {
            pass.called();
        }
        StepKey key = pass.replay().reach(called, aliases);
        // these two leave nothing where a sleep is over at once, and where a patch does not apply
        if (key.kind() != StepKey.Kind.SLEEP && key.kind() != StepKey.Kind.PATCH) {
            begins(key);
        }
        return key;
    }

    /** If nothing is stored of it yet, it is looked whether something else is. */
    void begins(StepKey key) {
        Mismatch mismatch = pass.replay().begin(key);
        if (mismatch != null && pass.replay().isStrict()) {
            throw pass.failed(mismatch.failure());
        }
        if (mismatch != null) {
            log.warn("{} {}", this, mismatch);
        }
    }

    /**
     * Whether an earlier pass went on from here: in this branch, or in what comes after the forks that it is within. What
     * other branches of those forks are at does not matter, so the answer does not depend on timing; nor, for that, does
     * what any of them may have done.
     */
    boolean hasGoneOnBefore() {
        return goneOn() || isRun() && pass.replay().goesOn(StepKey.ANY_BRANCH, 0);
    }

    private boolean goneOn() {
        return pass.replay().goesOn(scope, forks) || parent != null && parent.goneOn();
    }

    /** The branches that this one forks into, numbered by the call and not by time. */
    List<Branch> fork(int size) {
        forks++;
        List<Branch> forked = new ArrayList<>(size);
        for (int i = 1; i <= size; i++) {
            String inner = Scope.inner(scope, forks, i);
            if (inner.length() > Scope.MAX_LENGTH) {
                throw new WorkflowException("Branches are nested too deeply: \"%s\" has more than %d characters"
                        .formatted(inner, Scope.MAX_LENGTH));
            }
            forked.add(new Branch(pass, this, inner, interruptedBefore));
        }
        children = forked;
        return forked;
    }

    /** Only if none of its branches has met what was interrupted can it be what comes after them. */
    void joined() {
        interruptedBefore = interruptedBefore && children.stream().allMatch(child -> child.interruptedBefore);
        children = List.of();
    }

    List<Branch> children() {
        return children;
    }

    /** Whether nothing is at work here, nor in a branch that this one waits for. */
    boolean isWaiting() {
        return switch (stage) {
            case WORKING -> false;
            case PARKED, LEFT -> true;
            case JOINING -> countLeft() < enough && children.stream().allMatch(Branch::isWaiting);
        };
    }

    /** @param enough how many of its branches it waits for */
    void join(int enough) {
        this.stage = Stage.JOINING;
        this.enough = enough;
    }

    int enough() {
        return enough;
    }

    int countLeft() {
        return (int)
                children.stream().filter(child -> child.stage == Stage.LEFT).count();
    }

    Stage stage() {
        return stage;
    }

    void stage(Stage to) {
        stage = to;
    }

    /** True once, where the claim before this one was cut off: the step that asks may have been inside an attempt. */
    boolean takeInterrupted() {
        boolean was = interruptedBefore;
        interruptedBefore = false;
        return was;
    }

    /** The next step that asks may have been inside an attempt. */
    void interrupted() {
        interruptedBefore = true;
    }

    /** Whether the next claim must count an attempt that it knows nothing of. */
    boolean mayHaveBeenInterrupted() {
        return interruptedBefore;
    }

    boolean isInBody() {
        return attempt != null;
    }

    void attempting(@Nullable Attempt attempt) {
        this.attempt = attempt;
        if (attempt != null && isCutOff()) {
            attempt.interrupt(Attempt.Fate.STOPPED);
        }
    }

    /** An attempt was cut off: because this node stops, or for good. */
    Suspension cutOff() {
        if (!isCutOff()) {
            pass.cutOff();
        }
        return new Suspension();
    }

    /** Interrupts the body, if one is running, here or in a branch of this one. */
    void interrupt() {
        Attempt running = attempt;
        if (running != null) {
            running.interrupt(Attempt.Fate.STOPPED);
        }
        children.forEach(Branch::interrupt);
    }

    /** Nobody waits for this branch any more: it leaves at the next thing that it asks of the engine. */
    void cancel() {
        cancelled = true;
        children.forEach(Branch::cancel);
        interrupt();
    }

    /** The one that it was forked from may have been cancelled while it forked. */
    boolean isCancelled() {
        return cancelled || parent != null && parent.isCancelled();
    }

    /** Whether bodies are interrupted for good: nobody waits for the branch any more, or the instance's deadline has passed. */
    boolean isCutOff() {
        return isCancelled() || pass.isOverdue();
    }

    /** As logs name it. */
    @Override
    public String toString() {
        return pass.toString();
    }
}
