package dev.workflows.engine;

import dev.workflows.store.History;
import dev.workflows.store.StepKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a pass knows of undoing: whether any step can be, and, in a pass that enters {@code run} only to find out, which
 * steps were started. Such a pass begins nothing new: each branch leaves at the first call that has no outcome.
 */
final class Undo {

    private final List<Undoing> started = new ArrayList<>();
    private final Set<StepKey> asked = new HashSet<>();
    private volatile boolean declared;
    private volatile boolean finding;

    /** A step of the instance can be undone. */
    void declared() {
        declared = true;
    }

    boolean isDeclared() {
        return declared;
    }

    void find() {
        finding = true;
    }

    void found() {
        finding = false;
    }

    boolean isFinding() {
        return finding;
    }

    /** To be called before anything new is begun. */
    void requireNotFinding() {
        if (finding) {
            throw new Suspension();
        }
    }

    /** The step has been found again, whether it can be undone or not. */
    synchronized void asked(StepKey step) {
        asked.add(step);
    }

    /** The steps that have an outcome, and were not found again. */
    synchronized List<StepKey> missing(History history) {
        return history.checkpoints().keySet().stream()
                .filter(key -> key.kind() == StepKey.Kind.STEP && !asked.contains(key))
                .toList();
    }

    synchronized void add(Undoing undoing) {
        started.add(undoing);
    }

    /** The last that was started first. */
    synchronized List<Undoing> latestFirst() {
        return started.stream()
                .sorted(Comparator.comparing(Undoing::startedAt).reversed())
                .toList();
    }
}
