package dev.workflows.jpa;

import static java.util.stream.Collectors.toMap;

import dev.workflows.store.InstanceQueue;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How many instances run, as far as that is limited, and how many more may. It is counted once a claim comes to such an
 * instance, and no other claim counts until this one's transaction has ended; others may only come to run less.
 */
final class Running {

    /** Names nothing: no workflow has an empty name. */
    private static final String NO_KEY = "/";

    private record Key(InstanceQueue queue, String concurrencyKey) {

        Stream<String> names() {
            return queue.workflows().stream().map(workflow -> workflow + "/" + concurrencyKey);
        }

        boolean isFull(long running) {
            return running >= queue.concurrencyPerKey();
        }
    }

    private final InstanceRepository instances;
    private final Map<String, InstanceQueue> queues;
    private final Map<InstanceQueue, Long> byQueue = new HashMap<>();
    private final Map<Key, Long> byKey = new HashMap<>();
    private boolean counted;
    private boolean holdsBack;

    Running(InstanceRepository instances, Collection<InstanceQueue> queues) {
        this.instances = instances;
        this.queues = queues.stream()
                .flatMap(queue -> queue.workflows().stream().map(workflow -> Map.entry(workflow, queue)))
                .collect(toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    Collection<String> workflows() {
        return queues.keySet();
    }

    /** Whether any instance was found that must wait for others. */
    boolean holdsBack() {
        return holdsBack;
    }

    /** The workflows of which another instance may run, as far as it is known. */
    List<String> open() {
        return queues.entrySet().stream()
                .filter(entry -> !isFull(entry.getValue()))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** The keys with which no other instance may run, as far as it is known: each as "workflow/key". */
    List<String> heldKeys() {
        return Stream.concat(
                        Stream.of(NO_KEY),
                        byKey.entrySet().stream()
                                .filter(entry -> entry.getKey().isFull(entry.getValue()))
                                .flatMap(entry -> entry.getKey().names()))
                .toList();
    }

    /** Whether it may run; then it counts. */
    boolean admits(InstanceEntity instance) {
        if (!counts(instance)) {
            return true;
        }
        count();
        InstanceQueue queue = queue(instance.workflow());
        String concurrencyKey = instance.concurrencyKey();
        Key key = concurrencyKey == null ? null : new Key(queue, concurrencyKey);
        if (isFull(queue) || key != null && key.isFull(byKey.getOrDefault(key, 0L))) {
            holdsBack = true;
            return false;
        }
        add(queue, concurrencyKey, 1);
        return true;
    }

    /** Whether others may have to wait for it. */
    boolean counts(InstanceEntity instance) {
        return queue(instance.workflow()).isLimited() || instance.concurrencyKey() != null;
    }

    private InstanceQueue queue(String workflow) {
        return Objects.requireNonNull(queues.get(workflow));
    }

    private boolean isFull(InstanceQueue queue) {
        return queue.isLimited() && byQueue.getOrDefault(queue, 0L) >= queue.concurrency();
    }

    private void count() {
        if (!counted) {
            instances.lockConcurrency();
            instances
                    .countRunning(queues.keySet())
                    .forEach(row -> add(queue(row.workflow()), row.concurrencyKey(), row.count()));
            counted = true;
        }
    }

    private void add(InstanceQueue queue, @Nullable String concurrencyKey, long count) {
        byQueue.merge(queue, count, Long::sum);
        if (concurrencyKey != null) {
            byKey.merge(new Key(queue, concurrencyKey), count, Long::sum);
        }
    }
}
