package dev.workflows.chaos;

import dev.workflows.chaos.Journal.Line;
import dev.workflows.chaos.Journal.What;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** What the journal says of the faults, and of how long the instances of killed nodes stood still. */
final class TakeOvers {

    private final Map<What, Integer> counts = new EnumMap<>(What.class);
    private final List<Duration> times = new ArrayList<>();
    /** By node, the instances that are inside a body there. */
    private final Map<String, Set<String>> inside = new HashMap<>();

    private final Map<String, Instant> orphans = new HashMap<>();

    static TakeOvers of(Journal journal) {
        TakeOvers takeOvers = new TakeOvers();
        try (Stream<Line> lines = journal.lines()) {
            lines.forEach(takeOvers::add);
        }
        takeOvers.times.sort(null);
        return takeOvers;
    }

    private void add(Line line) {
        counts.merge(line.what(), 1, Integer::sum);
        Set<String> instances = inside.computeIfAbsent(line.node(), node -> new HashSet<>());
        switch (line.what()) {
            case KILLED -> instances.forEach(instance -> orphans.put(instance, line.at()));
            case ENTERED -> instances.add(line.instance());
            case RETURNED -> instances.remove(line.instance());
            default -> {
                // says nothing of bodies
            }
        }
        Instant killed = line.instance().isEmpty() ? null : orphans.remove(line.instance());
        if (killed != null) {
            times.add(Duration.between(killed, line.at()));
        }
    }

    int count(What what) {
        return counts.getOrDefault(what, 0);
    }

    /** From the death of a node to the first line of another one about an instance that was inside a body there. */
    @Override
    public String toString() {
        return times.isEmpty()
                ? "none"
                : "%d, after %.1f s at least, %.1f s at the median, %.1f s at most"
                        .formatted(
                                times.size(),
                                seconds(times.get(0)),
                                seconds(times.get(times.size() / 2)),
                                seconds(times.get(times.size() - 1)));
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }
}
