package dev.workflows.engine;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** What has been said, and need not be again; of more than so many things, the others are not said at all. */
final class SaidOnce<T> {

    private final int most;
    private final Set<T> said = ConcurrentHashMap.newKeySet();

    SaidOnce(int most) {
        this.most = most;
    }

    /** Whether it is to be said now. */
    boolean isNew(T what) {
        return said.size() < most && said.add(what);
    }
}
