package dev.workflows.engine;

import dev.workflows.store.History;
import dev.workflows.store.StepKey;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** What earlier passes have done, and what of it this pass has not come to yet. */
final class Replay {

    private final History history;
    private final Set<StepKey> ahead = ConcurrentHashMap.newKeySet();
    private final Map<String, AtomicInteger> aheadIn = new HashMap<>();
    /** How often each scope had forked, as far as its branches have left something. */
    private final Map<String, Integer> forks = new HashMap<>();

    Replay(History history) {
        this.history = history;
        Stream.of(history.checkpoints(), history.retries(), history.waits())
                .flatMap(part -> part.keySet().stream())
                // a patch that is there says nothing about another, and may have been taken out of the code
                .filter(key -> key.kind() != StepKey.Kind.PATCH)
                .filter(ahead::add)
                .forEach(key -> aheadIn.computeIfAbsent(key.scope(), scope -> new AtomicInteger())
                        .incrementAndGet());
        aheadIn.keySet().stream()
                .filter(scope -> !scope.equals(StepKey.ANY_BRANCH))
                .forEach(scope -> Scope.forEachFork(scope, (outer, number) -> forks.merge(outer, number, Math::max)));
    }

    History history() {
        return history;
    }

    /** The pass asks for it. */
    void reach(StepKey key) {
        if (ahead.remove(key)) {
            Objects.requireNonNull(aheadIn.get(key.scope())).decrementAndGet();
        }
    }

    /**
     * Whether earlier passes have gone on from where a scope is now: they did something in it that this pass has not come
     * to, or had forked there more often.
     */
    boolean goesOn(String scope, int forked) {
        AtomicInteger left = aheadIn.get(scope);
        return left != null && left.get() > 0 || forks.getOrDefault(scope, 0) > forked;
    }
}
