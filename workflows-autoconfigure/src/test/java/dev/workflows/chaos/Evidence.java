package dev.workflows.chaos;

import static java.util.stream.Collectors.groupingBy;

import dev.workflows.chaos.Journal.Line;
import dev.workflows.chaos.Journal.What;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * What the database and the journal say of some trips and their parcels: rows and lines, as they are.
 *
 * @param checkpoints for each instance in the order in which they were begun
 */
record Evidence(
        List<String> trips,
        Map<String, Instance> instances,
        Map<Key, Checkpoint> checkpoints,
        List<LedgerRow> ledger,
        List<Event> sent,
        List<Event> received,
        List<Journaled> lines) {

    /** An entry that comes this long after its node was thawed may have been on its way before. */
    private static final Duration ON_ITS_WAY = Duration.ofSeconds(1);

    record Instance(
            String id,
            String status,
            @Nullable String output,
            long epoch,
            @Nullable String parent) {}

    /** @param kind {@code step}, {@code wait}, {@code result} and so on, as they are stored */
    record Key(String instance, String kind, String step) {}

    /** @param scope the branches that it was made in; empty in {@code run} itself */
    record Checkpoint(
            Key key, String scope, @Nullable String output, boolean failed, boolean ended, int attempts, long epoch) {}

    record LedgerRow(String instance, String step, int attempt) {

        Key key() {
            return new Key(instance, "step", step);
        }
    }

    record Event(String instance, String payload, boolean consumed) {}

    /** @param place in the journal */
    record Journaled(long place, Line line) {

        Key step() {
            return new Key(line.instance(), "step", line.step());
        }

        boolean is(What what) {
            return line.what() == what;
        }
    }

    /** Reads it, once all that is written is written. */
    static Evidence read(JdbcClient jdbc, Journal journal, int from, int to) {
        String[] range = {Itinerary.trip(from), Itinerary.trip(to)};
        List<Checkpoint> checkpoints = jdbc.sql("""
                        select i.id, s.kind, s.name, s.occurrence, s.scope, s.output, s.error_name, s.ended_at, s.attempts,
                               s.epoch
                        from workflow_step s join workflow_instance i on i.pk = s.instance_pk
                        where i.id >= ? and i.id < ? order by s.instance_pk, s.started_at""")
                .params((Object[]) range)
                .query((row, number) -> new Checkpoint(
                        new Key(
                                row.getString(1),
                                row.getString(2),
                                row.getInt(4) == 1 ? row.getString(3) : row.getString(3) + "-" + row.getInt(4)),
                        row.getString(5),
                        text(row.getString(6)),
                        row.getString(7) != null,
                        row.getObject(8) != null,
                        row.getInt(9),
                        row.getLong(10)))
                .list();
        return new Evidence(
                IntStream.range(from, to).mapToObj(Itinerary::trip).toList(),
                byKey(instances(jdbc, range), Instance::id),
                byKey(checkpoints, Checkpoint::key),
                jdbc.sql("select instance, step, attempt from ledger where instance >= ? and instance < ?")
                        .params((Object[]) range)
                        .query((row, number) -> new LedgerRow(row.getString(1), row.getString(2), row.getInt(3)))
                        .list(),
                jdbc.sql("select instance, payload from sent where instance >= ? and instance < ? order by payload")
                        .params((Object[]) range)
                        .query((row, number) -> new Event(row.getString(1), row.getString(2), false))
                        .list(),
                jdbc.sql("""
                        select i.id, e.payload, e.consumed_at
                        from workflow_event e join workflow_instance i on i.pk = e.instance_pk
                        where i.id >= ? and i.id < ? order by e.id""")
                        .params((Object[]) range)
                        .query((row, number) ->
                                new Event(row.getString(1), text(row.getString(2)), row.getObject(3) != null))
                        .list(),
                lines(journal, range));
    }

    private static List<Instance> instances(JdbcClient jdbc, String[] range) {
        return jdbc.sql("""
                        select i.id, i.status, i.output, i.epoch, p.id
                        from workflow_instance i left join workflow_instance p on p.pk = i.parent_pk
                        where i.id >= ? and i.id < ?""")
                .params((Object[]) range)
                .query((row, number) -> new Instance(
                        row.getString(1), row.getString(2), text(row.getString(3)), row.getLong(4), row.getString(5)))
                .list();
    }

    private static List<Journaled> lines(Journal journal, String[] range) {
        List<Journaled> lines = new ArrayList<>();
        try (Stream<Line> all = journal.lines()) {
            long[] place = {0};
            all.forEach(line -> {
                place[0]++;
                String instance = line.instance();
                if (instance.isEmpty() || instance.compareTo(range[0]) >= 0 && instance.compareTo(range[1]) < 0) {
                    lines.add(new Journaled(place[0], line));
                }
            });
        }
        return lines;
    }

    private static <K, V> Map<K, V> byKey(List<V> values, Function<V, K> key) {
        return values.stream().collect(Collectors.toMap(key, value -> value, (one, other) -> one, LinkedHashMap::new));
    }

    /** All that is stored here are texts without anything to be escaped. */
    private static @Nullable String text(@Nullable String json) {
        return json == null ? null : json.replaceAll("^\"|\"$", "");
    }

    Map<Key, List<Journaled>> bodies() {
        return lines.stream()
                .filter(line -> line.is(What.ENTERED) || line.is(What.RETURNED))
                .collect(groupingBy(Journaled::step));
    }

    /** What {@code run} was given. */
    Stream<Journaled> seen() {
        return lines.stream().filter(line -> line.is(What.SAW));
    }

    Optional<Checkpoint> checkpoint(Key key) {
        return Optional.ofNullable(checkpoints.get(key));
    }

    /**
     * Whether a body that was entered after that place had been on its way into it before: its node was frozen between the
     * last look at its lease and the body's first line, which nothing but the body itself could prevent.
     */
    boolean wasOnItsWay(Journaled entered, long after) {
        return lines.stream()
                .filter(line -> line.is(What.THAWED)
                        && line.line().node().equals(entered.line().node()))
                .filter(thawed -> thawed.place() > after && thawed.place() < entered.place())
                .filter(thawed ->
                        entered.line().at().isBefore(thawed.line().at().plus(ON_ITS_WAY)))
                .anyMatch(thawed -> wasFrozen(thawed, after));
    }

    private boolean wasFrozen(Journaled thawed, long at) {
        return lines.stream()
                .filter(line -> line.is(What.FROZEN)
                        && line.line().node().equals(thawed.line().node()))
                .filter(frozen -> frozen.place() < thawed.place())
                .reduce((former, last) -> last)
                .filter(frozen -> frozen.place() < at)
                .isPresent();
    }
}
