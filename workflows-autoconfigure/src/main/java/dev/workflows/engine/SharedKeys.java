package dev.workflows.engine;

import dev.workflows.WorkflowException;
import dev.workflows.store.StepKey;
import java.util.HashMap;
import java.util.Map;

/** The keys of calls that are told apart by what they are called with, and not by their branch. */
final class SharedKeys {

    /** The last call under each name, with the branch that made it as its scope. */
    private final Map<String, StepKey> last = new HashMap<>();

    /**
     * The key of the next call with this name.
     *
     * @throws WorkflowException if a branch has made it that may run at the same time: their order would be left to chance
     */
    synchronized StepKey next(Branch branch, String name) {
        StepKey before = last.get(name);
        if (before != null && mayOverlap(before.scope(), branch.scope())) {
            throw new WorkflowException(
                    ("Step \"%s\" was called in branch %s and in branch %s, which run at the same time: their calls need "
                                    + "different keys")
                            .formatted(name, before.scope(), branch.scope()));
        }
        int occurrence = before == null ? 1 : before.occurrence() + 1;
        last.put(name, new StepKey(StepKey.Kind.STEP, branch.scope(), name, occurrence));
        return new StepKey(StepKey.Kind.STEP, StepKey.ANY_BRANCH, name, occurrence);
    }

    /** Whether the branches are two of one fork, or within two of one. */
    static boolean mayOverlap(String scope, String other) {
        String[] ones = scope.split("[/.]");
        String[] others = other.split("[/.]");
        int same = 0;
        while (same < ones.length && same < others.length && ones[same].equals(others[same])) {
            same++;
        }
        // forks and branches take turns: 1.2/1.1
        return same < ones.length && same < others.length && same % 2 == 1;
    }
}
