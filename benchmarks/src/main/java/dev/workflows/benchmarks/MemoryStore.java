package dev.workflows.benchmarks;

import dev.workflows.Status;
import dev.workflows.store.Checkpoint;
import dev.workflows.store.Claim;
import dev.workflows.store.Due;
import dev.workflows.store.Heartbeat;
import dev.workflows.store.History;
import dev.workflows.store.Owned;
import dev.workflows.store.StepKey;
import dev.workflows.store.WorkflowStore;
import dev.workflows.store.Written;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A store that takes no time: it hands out one instance at a time, with no checkpoints or with all of them, and keeps
 * nothing. What is measured over it is the engine alone.
 */
final class MemoryStore {

    private static final Due NOTHING = new Due(0, Duration.ZERO);
    private static final Due SOMETHING = new Due(1, Duration.ZERO);

    private final AtomicLong keys = new AtomicLong();
    private final BlockingQueue<Claim> due = new LinkedBlockingQueue<>();
    private final BlockingQueue<Claim> ended = new LinkedBlockingQueue<>();
    private final int steps;
    private final History history;
    private volatile List<Owned> owned = List.of();
    private volatile boolean closed;

    /** @param steps of each instance */
    MemoryStore(int steps) {
        this.steps = steps;
        this.history = history(steps);
    }

    /** Has the node run an instance that was never run before. */
    void run() throws InterruptedException {
        run(1);
    }

    /** Has the node run an instance all of whose steps have checkpoints. */
    void replay() throws InterruptedException {
        run(2);
    }

    private void run(long epoch) throws InterruptedException {
        Claim claim = new Claim(
                // another one each time: the node may not be through with the one before
                keys.incrementAndGet(),
                CallingWorkflow.NAME,
                "calling",
                1,
                epoch,
                Integer.toString(steps),
                Instant.EPOCH,
                null,
                false,
                0,
                "",
                null,
                null,
                null,
                null,
                false);
        // or the node would take it for lost when it compares
        owned = List.of(new Owned(claim.key(), epoch, Status.RUNNING, 0));
        due.add(claim);
        if (ended.poll(1, TimeUnit.MINUTES) == null) {
            throw new IllegalStateException("The instance has not ended");
        }
    }

    /** The node no longer waits for one. */
    void close() {
        closed = true;
    }

    WorkflowStore asStore() {
        return (WorkflowStore) Proxy.newProxyInstance(
                WorkflowStore.class.getClassLoader(), new Class<?>[] {WorkflowStore.class}, this::answer);
    }

    private @Nullable Object answer(Object proxy, Method method, Object @Nullable [] arguments)
            throws InterruptedException {
        return switch (method.getName()) {
            case "due" -> awaitDue();
            case "claim" -> Optional.ofNullable(due.poll()).map(List::of).orElse(List.of());
            case "history" -> history;
            case "append" -> Written.STORED;
            case "end" -> ended.add((Claim) first(arguments));
            case "renew" -> Optional.of(new Heartbeat(owned, false));
            case "toString" -> "a store in memory";
            default -> nothing(method.getReturnType());
        };
    }

    /** Its node looks again at once: there is nothing else that would wake it. */
    private Due awaitDue() throws InterruptedException {
        while (!closed) {
            Claim next = due.poll(100, TimeUnit.MILLISECONDS);
            if (next != null) {
                due.add(next);
                return SOMETHING;
            }
        }
        return NOTHING;
    }

    private static Object first(Object @Nullable [] arguments) {
        if (arguments == null) {
            throw new IllegalArgumentException("The end of an instance has a claim");
        }
        return arguments[0];
    }

    private static @Nullable Object nothing(Class<?> type) {
        if (type == boolean.class) {
            return false;
        }
        if (type == int.class) {
            return 0;
        }
        if (type == Optional.class) {
            return Optional.empty();
        }
        if (type == Map.class) {
            return Map.of();
        }
        return Collection.class.isAssignableFrom(type) ? List.of() : null;
    }

    private static History history(int steps) {
        Map<StepKey, Checkpoint> checkpoints = new HashMap<>();
        for (int i = 1; i <= steps; i++) {
            StepKey key = new StepKey(StepKey.Kind.STEP, "next", i);
            checkpoints.put(
                    key,
                    Checkpoint.completed(key, Integer.toString(i), 1, Instant.EPOCH, Instant.EPOCH)
                            .withDeclared(true));
        }
        return new History(checkpoints, Map.of(), Map.of(), Instant.EPOCH);
    }
}
