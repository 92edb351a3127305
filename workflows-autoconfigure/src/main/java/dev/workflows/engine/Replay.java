package dev.workflows.engine;

import dev.workflows.store.Checkpoint;
import dev.workflows.store.History;
import dev.workflows.store.StepKey;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What earlier passes have done, and what of it this pass has not come to yet. */
final class Replay {

    /** Run does not ask for a rollback; and a patch says nothing about another, and may have been taken out of the code. */
    private static final Set<StepKey.Kind> NOT_OF_RUN = Set.of(StepKey.Kind.ROLLBACK, StepKey.Kind.PATCH);

    private final History history;
    private final ReplayCheck check;
    private final AtomicBoolean reported = new AtomicBoolean();
    private final Set<StepKey> ahead = ConcurrentHashMap.newKeySet();
    private final Map<String, AtomicInteger> aheadIn = new HashMap<>();
    /** How often each scope had forked, as far as its branches have left something. */
    private final Map<String, Integer> forks = new HashMap<>();
    /** The branches that have lost their race. */
    private final Set<String> losers = ConcurrentHashMap.newKeySet();

    Replay(History history, ReplayCheck check) {
        this.history = history;
        this.check = check;
        Stream.of(history.checkpoints(), history.retries(), history.waits())
                .flatMap(part -> part.keySet().stream())
                .filter(key -> !NOT_OF_RUN.contains(key.kind()))
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

    /** The pass asks for it; what was begun under a former name is returned, and goes on, under that name. */
    StepKey reach(StepKey key, List<String> aliases) {
        if (come(key)) {
            return key;
        }
        return aliases.stream()
                .map(alias -> new StepKey(key.kind(), key.scope(), alias, key.occurrence()))
                .filter(this::come)
                .findFirst()
                .orElse(key);
    }

    private boolean come(StepKey key) {
        boolean was = ahead.remove(key);
        if (was) {
            Objects.requireNonNull(aheadIn.get(key.scope())).decrementAndGet();
        }
        return was;
    }

    /** A branch has lost its race: nobody asks for what it has done. */
    void lose(String scope) {
        if (!ahead.isEmpty()) {
            losers.add(scope);
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

    /** Whether what does not fit ends the instance. */
    boolean isStrict() {
        return check == ReplayCheck.FAIL;
    }

    /**
     * The pass begins something. If nothing is stored of it, but something of another kind that is yet to come, that is
     * said; once in a pass.
     */
    @Nullable
    Mismatch begin(StepKey key) {
        if (check == ReplayCheck.OFF || ahead.isEmpty() || isStored(key)) {
            return null;
        }
        StepKey instead = storedInsteadOf(key);
        return instead != null && reported.compareAndSet(false, true) ? Mismatch.otherKind(instead, key) : null;
    }

    private @Nullable StepKey storedInsteadOf(StepKey begun) {
        return Stream.of(StepKey.Kind.values())
                .map(kind -> new StepKey(kind, begun.scope(), begun.name(), begun.occurrence()))
                .filter(ahead::contains)
                .findFirst()
                .orElse(null);
    }

    private boolean isStored(StepKey key) {
        return history.checkpoints().containsKey(key)
                || history.retries().containsKey(key)
                || history.waits().containsKey(key);
    }

    /** At the end of run: what has an outcome, and was not asked for. */
    @Nullable
    Mismatch end() {
        List<StepKey> left = check == ReplayCheck.OFF ? List.of() : left();
        return left.isEmpty() ? null : Mismatch.notAskedFor(left);
    }

    private List<StepKey> left() {
        return ahead.stream()
                .map(history.checkpoints()::get)
                .filter(Objects::nonNull)
                .sorted(Comparator.comparing(Checkpoint::endedAt))
                .map(Checkpoint::key)
                .filter(key -> !isOfLoser(key.scope()))
                .toList();
    }

    private boolean isOfLoser(String scope) {
        if (losers.isEmpty()) {
            return false;
        }
        // nobody knows in which branch
        return scope.equals(StepKey.ANY_BRANCH) || Scope.andOuter(scope).anyMatch(losers::contains);
    }
}
