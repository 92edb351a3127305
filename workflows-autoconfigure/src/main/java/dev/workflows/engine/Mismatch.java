package dev.workflows.engine;

import dev.workflows.store.Failure;
import dev.workflows.store.StepKey;
import java.util.List;
import java.util.stream.Collectors;

/** Something that an instance has stored, and that does not fit to what the code does now; as text for people. */
record Mismatch(String report) {

    private static final int MAX_NAMED = 10;
    private static final String CURE =
            "Leave instances that run on the path that they began with, by step.patched or step.version";

    /** Where the instance did one thing, it is now to do another. */
    static Mismatch otherKind(StepKey stored, StepKey asked) {
        return new Mismatch(
                ("run asks for the %s, and what this instance has stored is the %s: the code has changed under it. %s, or "
                                + "give what is new another name")
                        .formatted(named(asked), named(stored), CURE));
    }

    /** The instance has completed things for which nobody has asked. */
    static Mismatch notAskedFor(List<StepKey> stored) {
        String names = stored.stream().limit(MAX_NAMED).map(Mismatch::named).collect(Collectors.joining(", the "));
        int more = stored.size() - MAX_NAMED;
        return new Mismatch(
                ("run has ended without asking for the %s%s, which this instance has completed: the code has changed under it. %s; a step that "
                                + "was renamed keeps its former name in @Step(aliases)")
                        .formatted(names, more > 0 ? " and %d more".formatted(more) : "", CURE));
    }

    private static String named(StepKey key) {
        String kind = switch (key.kind()) {
            case WAIT -> "wait for an event";
            case CHILD -> "child of workflow";
            case CHILD_RESULT -> "end of child";
            default -> key.kind().word();
        };
        return "%s \"%s\"".formatted(kind, key);
    }

    /** With which the instance ends, if it is to. */
    Failure failure() {
        return new Failure("ReplayMismatchException", report, "");
    }

    @Override
    public String toString() {
        return report;
    }
}
