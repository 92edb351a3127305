package dev.workflows.engine;

import dev.workflows.StepCallable;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A branch that forks, the branches that it forks into, and what becomes of them. */
final class Fork {

    /** How a branch left: {@code thrown} is null if it returned. */
    record Outcome(@Nullable Object value, @Nullable Throwable thrown) {

        @Nullable
        Object get() throws Exception {
            if (thrown instanceof Error error) {
                throw error;
            }
            if (thrown != null) {
                throw (Exception) thrown;
            }
            return value;
        }
    }

    private static final int NONE = -1;

    private final Branch parent;
    private final List<? extends StepCallable<?>> calls;
    private final List<Branch> branches;
    private final AtomicReferenceArray<@Nullable Outcome> outcomes;
    private final AtomicInteger first = new AtomicInteger(NONE);

    Fork(Branch parent, List<? extends StepCallable<?>> calls) {
        this.parent = parent;
        this.calls = calls;
        this.branches = parent.fork(calls.size());
        this.outcomes = new AtomicReferenceArray<>(calls.size());
    }

    /**
     * Runs every branch until all have left.
     *
     * @throws Suspension if the instance leaves its threads before
     */
    List<Outcome> runAll(Executor threads) {
        runEach(threads);
        return IntStream.range(0, calls.size()).mapToObj(this::outcome).toList();
    }

    /** Runs every branch until all have left, whatever becomes of them. */
    void runEach(Executor threads) {
        run(threads, calls.size());
        parent.joined();
        parent.requireRunning();
    }

    /**
     * Runs every branch until the first has left, and interrupts the others.
     *
     * @return which one that was
     * @throws Suspension if the instance leaves its threads before
     */
    int runUntilFirst(Executor threads) {
        run(threads, 1);
        int winner = first.get();
        if (winner == NONE) {
            parent.requireRunning();
            throw new Suspension();
        }
        branches.stream().filter(branch -> branch != branches.get(winner)).forEach(Branch::cancel);
        parent.joined();
        return winner;
    }

    /** Runs one branch, on this thread. */
    Outcome runOnly(int index) {
        Outcome outcome = call(index);
        parent.bind();
        parent.joined();
        return outcome;
    }

    /** The other branches have lost. */
    void wonBy(int winner) {
        for (int i = 0; i < branches.size(); i++) {
            if (i != winner) {
                parent.pass().replay().lose(branches.get(i).scope());
            }
        }
    }

    /** @throws Suspension if the branch has left its thread */
    Outcome outcome(int index) {
        Outcome outcome = outcomes.get(index);
        if (outcome == null) {
            throw new Suspension();
        }
        return outcome;
    }

    private void run(Executor threads, int enough) {
        Pass pass = parent.pass();
        pass.joining(parent, enough);
        for (int i = 0; i < branches.size(); i++) {
            int index = i;
            try {
                threads.execute(() -> runBranch(index));
            } catch (RejectedExecutionException e) {
                // this node has stopped
                pass.stopped();
                pass.left(branches.get(index));
            }
        }
        pass.awaitBranches(parent);
    }

    private void runBranch(int index) {
        try {
            Outcome outcome = call(index);
            if (!(outcome.thrown() instanceof Suspension)) {
                outcomes.set(index, outcome);
                first.compareAndSet(NONE, index);
            }
        } finally {
            parent.pass().left(branches.get(index));
        }
    }

    private Outcome call(int index) {
        branches.get(index).bind();
        try {
            return new Outcome(calls.get(index).call(), null);
        } catch (Throwable thrown) {
            return new Outcome(null, thrown);
        } finally {
            Branch.unbind();
            Thread.interrupted();
        }
    }
}
