package dev.workflows.engine;

import dev.workflows.StepCallable;
import dev.workflows.store.Checkpoint;
import dev.workflows.store.StepKey;
import dev.workflows.store.WorkflowStore;
import dev.workflows.store.Written;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Runs branches, each on a thread of its own. */
final class Branching {

    private static final int MAX_BRANCHES = 1000;

    private final Executor threads;
    private final WorkflowStore store;
    private final Patience patience;

    Branching(Executor threads, WorkflowStore store, Patience patience) {
        this.threads = threads;
        this.store = store;
        this.patience = patience;
    }

    /** The results in the order of the branches; if any fail, all the same run to their end. */
    List<@Nullable Object> all(Branch parent, List<? extends StepCallable<?>> branches) throws Exception {
        refuseTooMany("all", branches.size());
        if (branches.isEmpty()) {
            return List.of();
        }
        Throwable failure = null;
        List<@Nullable Object> results = new ArrayList<>();
        List<Fork.Outcome> outcomes = new Fork(parent, branches).runAll(threads);
        for (Fork.Outcome outcome : outcomes) {
            Throwable thrown = outcome.thrown();
            results.add(outcome.value());
            if (failure == null) {
                failure = thrown;
            } else if (thrown != null && failure != thrown) {
                failure.addSuppressed(thrown);
            }
        }
        if (failure != null) {
            new Fork.Outcome(null, failure).get();
        }
        return results;
    }

    /** On replay only the winner is run, whose steps answer from their checkpoints. */
    @Nullable
    Object race(Branch parent, String name, List<? extends StepCallable<?>> branches) throws Exception {
        refuseTooMany("race \"%s\"".formatted(name), branches.size());
        if (branches.isEmpty()) {
            throw new IllegalArgumentException("Race \"%s\" has no branches: nothing could win".formatted(name));
        }
        StepKey key = parent.nextKey(StepKey.Kind.RACE, name);
        Fork fork = new Fork(parent, branches);
        Pass pass = parent.pass();
        Checkpoint decided = pass.history().checkpoints().get(key);
        if (pass.undo().isFinding()) {
            fork.runEach(threads);
            if (decided == null) {
                throw new Suspension();
            }
            return fork.outcome(winner(decided, branches.size())).get();
        }
        if (decided != null) {
            // the losers are not run again, and may have started what can be undone
            pass.undo().declared();
            int won = winner(decided, branches.size());
            fork.wonBy(won);
            return fork.runOnly(won).get();
        }
        Instant startedAt = pass.clock().next();
        int winner = fork.runUntilFirst(threads);
        decide(pass, key, winner, startedAt);
        fork.wonBy(winner);
        return fork.outcome(winner).get();
    }

    private void decide(Pass pass, StepKey key, int winner, Instant startedAt) {
        Checkpoint decision = Checkpoint.completed(
                key, Integer.toString(winner + 1), 1, startedAt, pass.clock().next());
        Written written = patience.insist(() -> store.append(pass.claim(), decision));
        // it is there already if the commit was in doubt, and had happened
        if (written == Written.STALE) {
            throw pass.lost();
        }
    }

    private static int winner(Checkpoint decided, int branches) {
        int winner = Integer.parseInt(String.valueOf(decided.output())) - 1;
        if (winner >= branches) {
            throw new IllegalStateException(
                    "Race \"%s\" was won by branch %d, and the code has only %d: it must keep its branches while instances run"
                            .formatted(decided.key(), winner + 1, branches));
        }
        return winner;
    }

    private static void refuseTooMany(String what, int branches) {
        if (branches > MAX_BRANCHES) {
            throw new IllegalArgumentException("%s has %d branches, and the limit is %d: each takes a thread"
                    .formatted(what, branches, MAX_BRANCHES));
        }
    }
}
