package dev.workflows.chaos;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;

import dev.workflows.chaos.Evidence.Instance;
import dev.workflows.chaos.Evidence.Key;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Every instance is complete, with the output that follows from its params, and nothing is there but what was asked for. */
final class EndRule implements Checker.Rule {

    @Override
    public void check(Evidence evidence, Consumer<String> violation) {
        Map<String, List<String>> steps = evidence.checkpoints().keySet().stream()
                .filter(key -> key.kind().equals("step"))
                .collect(groupingBy(Key::instance, mapping(Key::step, toList())));
        for (String trip : evidence.trips()) {
            String parcel = Itinerary.parcelOf(trip);
            ended(evidence, trip, output(trip, parcel), violation);
            ended(evidence, parcel, output(parcel, Itinerary.STEPS_OF_PARCEL, ","), violation);
            Instance child = evidence.instances().get(parcel);
            if (child != null && !trip.equals(child.parent())) {
                violation.accept("%s is a child of %s".formatted(parcel, child.parent()));
            }
            steps(trip, steps.get(trip), Itinerary.STEPS_OF_TRIP, violation);
            steps(parcel, steps.get(parcel), Itinerary.STEPS_OF_PARCEL, violation);
        }
        int expected = 2 * evidence.trips().size();
        if (evidence.instances().size() > expected) {
            violation.accept("There are %d instances, not %d"
                    .formatted(evidence.instances().size(), expected));
        }
    }

    private static void ended(Evidence evidence, String id, String output, Consumer<String> violation) {
        Instance instance = evidence.instances().get(id);
        if (instance == null) {
            violation.accept("%s was created and is not there".formatted(id));
        } else if (!instance.status().equals("complete") || instance.output() == null) {
            violation.accept("%s has not ended well: it is %s".formatted(id, instance.status()));
        } else if (!withoutOrigin(instance.output()).equals(output)) {
            violation.accept(
                    "%s has the output \"%s\", which does not follow from its params".formatted(id, instance.output()));
        }
    }

    private static void steps(
            String id, @Nullable List<String> stored, List<String> expected, Consumer<String> violation) {
        if (stored == null || !Set.copyOf(stored).equals(Set.copyOf(expected))) {
            violation.accept("%s has checkpoints of the steps %s, not of %s".formatted(id, stored, expected));
        }
    }

    private static String output(String trip, String parcel) {
        List<String> steps = Itinerary.STEPS_OF_TRIP;
        int last = steps.size() - 1;
        return Stream.of(
                        output(trip, steps.subList(0, last), " "),
                        Itinerary.payload(trip, 1),
                        Itinerary.payload(trip, 2),
                        output(parcel, Itinerary.STEPS_OF_PARCEL, ","),
                        output(trip, steps.subList(last, last + 1), " "))
                .collect(Collectors.joining(" "));
    }

    private static String output(String id, List<String> steps, String separator) {
        int answer = Itinerary.answer(Itinerary.number(id));
        return steps.stream().map(step -> step + "=" + answer).collect(Collectors.joining(separator));
    }

    /** Which attempt it was and who made it does not follow from the params. */
    private static String withoutOrigin(String output) {
        return output.replaceAll("#\\d+@[\\w.]+", "");
    }
}
