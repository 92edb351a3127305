package dev.workflows.chaos;

import dev.workflows.chaos.Evidence.Checkpoint;
import dev.workflows.chaos.Evidence.Instance;
import dev.workflows.chaos.Evidence.Journaled;
import dev.workflows.chaos.Evidence.Key;
import dev.workflows.chaos.Journal.Line;
import java.util.List;
import java.util.function.Consumer;

/** Whatever {@code run} was given, in whatever pass on whatever node, is what is stored. */
final class ResultRule implements Checker.Rule {

    private static final List<String> KINDS = List.of("step", "wait", "result");

    @Override
    public void check(Evidence evidence, Consumer<String> violation) {
        evidence.seen().map(Journaled::line).forEach(seen -> check(evidence, seen, violation));
        evidence.checkpoints().values().stream()
                .filter(stored -> KINDS.contains(stored.key().kind()) && stored.output() != null)
                .forEach(stored -> inOutput(evidence, stored, violation));
    }

    private static void inOutput(Evidence evidence, Checkpoint stored, Consumer<String> violation) {
        Instance instance = evidence.instances().get(stored.key().instance());
        String output = instance == null ? null : instance.output();
        if (output != null
                && !List.of(output.split("[ ,]"))
                        .containsAll(List.of(String.valueOf(stored.output()).split(",")))) {
            violation.accept("\"%s\", stored for %s, is not in the output \"%s\""
                    .formatted(stored.output(), stored.key(), output));
        }
    }

    private static void check(Evidence evidence, Line seen, Consumer<String> violation) {
        String stored = KINDS.stream()
                .flatMap(kind -> evidence.checkpoint(new Key(seen.instance(), kind, seen.step())).stream())
                .map(ResultRule::shown)
                .findFirst()
                .orElse("nothing at all");
        if (!stored.equals(seen.value())) {
            violation.accept("Run of %s on %s was given \"%s\" by %s, and \"%s\" is stored"
                    .formatted(seen.instance(), seen.node(), seen.value(), seen.step(), stored));
        }
    }

    private static String shown(Checkpoint stored) {
        return stored.failed() || stored.output() == null ? Itinerary.NOTHING : stored.output();
    }
}
