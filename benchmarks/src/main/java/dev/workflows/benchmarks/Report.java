package dev.workflows.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What was measured, round by round; written as a table of medians. */
final class Report {

    private final Map<String, List<Double>> rounds = new LinkedHashMap<>();
    private final Map<String, String> formats = new LinkedHashMap<>();

    void add(String what, String format, double value) {
        rounds.computeIfAbsent(what, each -> new ArrayList<>()).add(value);
        formats.put(what, format);
    }

    double median(String what) {
        List<Double> sorted =
                rounds.getOrDefault(what, List.of()).stream().sorted().toList();
        if (sorted.isEmpty()) {
            throw new IllegalArgumentException("\"%s\" was not measured".formatted(what));
        }
        return sorted.get(sorted.size() / 2);
    }

    /** In Markdown. */
    String table() {
        StringBuilder table = new StringBuilder("| | Median | Rounds |\n|---|---|---|\n");
        rounds.forEach((what, values) -> {
            String format = formats.getOrDefault(what, "%.1f");
            table.append("| ")
                    .append(what)
                    .append(" | ")
                    .append(text(format, median(what)))
                    .append(" | ");
            table.append(String.join(
                    ", ", values.stream().map(value -> text(format, value)).toList()));
            table.append(" |\n");
        });
        return table.toString();
    }

    private static String text(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
