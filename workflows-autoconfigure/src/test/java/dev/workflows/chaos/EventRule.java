package dev.workflows.chaos;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;

import dev.workflows.chaos.Evidence.Checkpoint;
import dev.workflows.chaos.Evidence.Event;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Every event that was sent is stored once and taken once: by a wait of its own instance, in the order of sending. */
final class EventRule implements Checker.Rule {

    @Override
    public void check(Evidence evidence, Consumer<String> violation) {
        Map<String, List<String>> sent = byInstance(evidence.sent().stream());
        Map<String, List<String>> stored = byInstance(evidence.received().stream());
        Map<String, List<String>> taken = byInstance(waits(evidence)
                .filter(wait -> wait.output() != null)
                .map(wait -> new Event(wait.key().instance(), String.valueOf(wait.output()), true)));
        for (String trip : evidence.trips()) {
            List<String> expected = sent.getOrDefault(trip, List.of());
            if (!stored.getOrDefault(trip, List.of()).equals(expected)) {
                violation.accept(
                        "%s was sent the events %s, and %s are stored".formatted(trip, expected, stored.get(trip)));
            }
            if (!taken.getOrDefault(trip, List.of()).equals(expected)) {
                violation.accept(
                        "%s was sent the events %s, and its waits took %s".formatted(trip, expected, taken.get(trip)));
            }
        }
        evidence.received().stream()
                .filter(event -> !event.consumed())
                .forEach(event -> violation.accept(
                        "The event %s of %s was never taken".formatted(event.payload(), event.instance())));
        waits(evidence)
                .filter(wait -> !wait.ended())
                .forEach(wait -> violation.accept("%s has no outcome".formatted(wait.key())));
    }

    private static Stream<Checkpoint> waits(Evidence evidence) {
        return evidence.checkpoints().values().stream()
                .filter(it -> it.key().kind().equals("wait"));
    }

    private static Map<String, List<String>> byInstance(Stream<Event> events) {
        return events.collect(groupingBy(Event::instance, mapping(Event::payload, toList())));
    }
}
