package dev.workflows.chaos;

import dev.workflows.chaos.Evidence.Checkpoint;
import dev.workflows.chaos.Evidence.Journaled;
import dev.workflows.chaos.Evidence.Key;
import dev.workflows.chaos.Journal.What;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * No body is entered once it has completed: the attempts at a step are entered once each, in order, and the last of them is
 * the one that is stored. A lower one would be the write of somebody from whom the instance had been taken.
 */
final class BodyRule implements Checker.Rule {

    @Override
    public void check(Evidence evidence, Consumer<String> violation) {
        Map<Key, Long> firstSeen = new HashMap<>();
        evidence.seen().forEach(seen -> firstSeen.putIfAbsent(seen.step(), seen.place()));
        evidence.bodies().forEach((step, lines) -> {
            List<Journaled> entries =
                    lines.stream().filter(line -> line.is(What.ENTERED)).toList();
            inOrder(evidence, step, entries, violation);
            notAfter(evidence, firstSeen.getOrDefault(step, Long.MAX_VALUE), entries, violation);
            evidence.checkpoint(step).ifPresent(stored -> storedIsLast(stored, lines, violation));
        });
    }

    private static void inOrder(Evidence evidence, Key step, List<Journaled> entries, Consumer<String> violation) {
        Set<Integer> attempts = new HashSet<>();
        int highest = 0;
        long highestAt = 0;
        for (Journaled entry : entries) {
            int attempt = entry.line().attempt();
            if (!attempts.add(attempt)) {
                violation.accept("Attempt %d at %s was entered twice".formatted(attempt, step));
            } else if (attempt < highest && !evidence.wasOnItsWay(entry, highestAt)) {
                violation.accept("Attempt %d at %s was entered after attempt %d".formatted(attempt, step, highest));
            }
            if (attempt > highest) {
                highest = attempt;
                highestAt = entry.place();
            }
        }
    }

    private static void notAfter(
            Evidence evidence, long firstSeen, List<Journaled> entries, Consumer<String> violation) {
        entries.stream()
                .filter(entry -> entry.place() > firstSeen && !evidence.wasOnItsWay(entry, firstSeen))
                .forEach(entry -> violation.accept("Attempt %d at %s was entered by %s when run had its result already"
                        .formatted(
                                entry.line().attempt(),
                                entry.step(),
                                entry.line().node())));
    }

    private static void storedIsLast(Checkpoint stored, List<Journaled> lines, Consumer<String> violation) {
        int last = lines.stream()
                .filter(line -> line.is(What.ENTERED))
                .mapToInt(line -> line.line().attempt())
                .max()
                .orElse(0);
        if (last != stored.attempts()) {
            violation.accept(
                    "Attempt %d at %s was entered, but attempt %d is stored: a stale write, or it was stored before"
                            .formatted(last, stored.key(), stored.attempts()));
        }
        boolean returned = lines.stream()
                .anyMatch(line -> line.is(What.RETURNED)
                        && line.line().attempt() == stored.attempts()
                        && line.line().value().equals(stored.output()));
        if (!returned) {
            violation.accept("No body of %s has returned what is stored, \"%s\" at attempt %d"
                    .formatted(stored.key(), stored.output(), stored.attempts()));
        }
    }
}
