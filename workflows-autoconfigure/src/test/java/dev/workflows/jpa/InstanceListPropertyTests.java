package dev.workflows.jpa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.zaxxer.hikari.HikariDataSource;
import dev.workflows.InstancePage;
import dev.workflows.InstanceQuery;
import dev.workflows.InstanceQuery.Order;
import dev.workflows.InstanceSummary;
import dev.workflows.Status;
import dev.workflows.store.NewInstance;
import dev.workflows.test.TestDatabase;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.lifecycle.AfterContainer;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Whatever instances there are, and whatever is asked for: the pages together are what a list in memory would be. */
class InstanceListPropertyTests {

    private static final Instant START = Instant.parse("2026-11-01T00:00:00Z");
    private static final AtomicInteger WORKFLOWS = new AtomicInteger();
    private static final Map<TestDatabase, HikariDataSource> POOLS = new EnumMap<>(TestDatabase.class);
    private static final Map<TestDatabase, JpaWorkflowStore> STORES = new EnumMap<>(TestDatabase.class);

    /** An instance; several are created at the same time. */
    record Given(String id, Status status, Instant createdAt, Map<String, String> labels) {

        boolean isAskedFor(InstanceQuery query) {
            return (query.statuses().isEmpty() || query.statuses().contains(status))
                    && (query.createdSince() == null || !createdAt.isBefore(query.createdSince()))
                    && (query.createdBefore() == null || createdAt.isBefore(query.createdBefore()))
                    && (query.idPrefix() == null || id.startsWith(query.idPrefix()))
                    && labels.entrySet().containsAll(query.labels().entrySet());
        }
    }

    @AfterContainer
    static void close() {
        STORES.values().forEach(JpaWorkflowStore::close);
        POOLS.values().forEach(HikariDataSource::close);
    }

    private static JpaWorkflowStore store(TestDatabase database) {
        return STORES.computeIfAbsent(database, it -> {
            HikariDataSource pool = TestDatabase.pool(it.newUrl());
            POOLS.put(it, pool);
            WorkflowSchema.prepare(pool, SchemaMode.MIGRATE);
            return new JpaWorkflowStore(pool, false);
        });
    }

    @Property(tries = 150)
    void thePagesTogetherAreWhatWasAskedForEachOnceAndInOrder(
            @ForAll TestDatabase database,
            @ForAll("instances") List<Given> given,
            @ForAll("queries") InstanceQuery query,
            @ForAll @IntRange(min = 1, max = 12) int limit) {
        String workflow = create(database, given);

        List<InstancePage> pages = pages(database, workflow, query.withLimit(limit));

        List<InstanceSummary> listed =
                pages.stream().flatMap(page -> page.instances().stream()).toList();
        assertThat(listed).extracting(InstanceSummary::id).isEqualTo(expected(database, workflow, given, query));
        assertThat(pages.subList(0, pages.size() - 1))
                .allSatisfy(page -> assertThat(page.instances()).hasSize(limit));
        assertThat(pages.get(pages.size() - 1).instances()).hasSizeLessThanOrEqualTo(limit);
        for (InstanceSummary summary : listed) {
            Given instance = given.stream()
                    .filter(it -> it.id().equals(summary.id()))
                    .findFirst()
                    .orElseThrow();
            assertThat(summary.status()).isEqualTo(instance.status());
            assertThat(summary.createdAt()).isEqualTo(instance.createdAt());
            assertThat(summary.labels()).isEqualTo(instance.labels());
        }
    }

    @Property(tries = 60)
    void whatIsCreatedOrDeletedMeanwhileDisturbsNobodyElse(
            @ForAll TestDatabase database,
            @ForAll("instances") List<Given> given,
            @ForAll("instances") List<Given> more,
            @ForAll Order order) {
        String workflow = create(database, given);
        InstanceQuery query = InstanceQuery.all().withOrder(order).withLimit(3);
        List<String> expected = expected(database, workflow, given, query);
        List<String> deleted = new ArrayList<>();
        List<String> listed = new ArrayList<>();
        List<Given> waiting = new ArrayList<>(more);

        InstancePage page = store(database).list(names(workflow), query);
        page.instances().forEach(instance -> listed.add(instance.id()));
        while (page.nextCursor() != null) {
            if (!waiting.isEmpty()) {
                Given next = waiting.remove(0);
                insert(
                        database,
                        workflow,
                        List.of(new Given("new-" + next.id(), next.status(), next.createdAt(), Map.of())));
            }
            // what the cursor was made of may be gone
            String last = listed.get(listed.size() - 1);
            deleted.add(last);
            JdbcClient.create(POOLS.get(database))
                    .sql("delete from workflow_instance where workflow in (?, ?) and id = ?")
                    .params(workflow, formerly(workflow), last)
                    .update();
            page = store(database).list(names(workflow), query.withCursor(page.nextCursor()));
            page.instances().forEach(instance -> listed.add(instance.id()));
        }

        assertThat(listed).doesNotHaveDuplicates().containsAll(deleted);
        listed.removeIf(id -> id.startsWith("new-"));
        assertThat(listed).isEqualTo(expected);
    }

    @Property(tries = 300)
    void whatIsNoCursorIsRefused(@ForAll TestDatabase database, @ForAll String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        store(database).list(List.of("any"), InstanceQuery.all().withCursor(text)))
                .withMessageStartingWith("Cursor \"" + text + "\" is not one that a page had");
    }

    @Property(tries = 200)
    void aCursorIsReadBack(@ForAll Instant createdAt, @ForAll @LongRange(min = 0) long key) {
        Cursor cursor = new Cursor(createdAt, key);

        assertThat(Cursor.of(cursor.text())).isEqualTo(cursor);
        assertThat(cursor.text()).matches("[a-zA-Z0-9_-]+");
    }

    private static List<InstancePage> pages(TestDatabase database, String workflow, InstanceQuery query) {
        List<InstancePage> pages = new ArrayList<>();
        String cursor = null;
        do {
            InstancePage page = store(database).list(names(workflow), query.withCursor(cursor));
            pages.add(page);
            cursor = page.nextCursor();
        } while (cursor != null);
        return pages;
    }

    /** By the time of creation; those of the same time, in the order in which they were stored. */
    private static List<String> expected(
            TestDatabase database, String workflow, List<Given> given, InstanceQuery query) {
        List<String> stored = JdbcClient.create(POOLS.get(database))
                .sql("select id from workflow_instance where workflow in (?, ?) order by pk")
                .params(workflow, formerly(workflow))
                .query(String.class)
                .list();
        Comparator<Given> oldestFirst =
                Comparator.comparing(Given::createdAt).thenComparing(instance -> stored.indexOf(instance.id()));
        return given.stream()
                .filter(instance -> instance.isAskedFor(query))
                .sorted(query.order() == Order.OLDEST_FIRST ? oldestFirst : oldestFirst.reversed())
                .map(Given::id)
                .toList();
    }

    private static String create(TestDatabase database, List<Given> given) {
        String workflow = "workflow-" + WORKFLOWS.incrementAndGet();
        // some are from before a rename
        insert(database, workflow, given.subList(0, given.size() / 2));
        insert(database, formerly(workflow), given.subList(given.size() / 2, given.size()));
        // another's are never listed
        insert(database, workflow + "-other", given);
        return workflow;
    }

    private static String formerly(String workflow) {
        return workflow + "-formerly";
    }

    private static List<String> names(String workflow) {
        return List.of(workflow, formerly(workflow));
    }

    private static void insert(TestDatabase database, String workflow, List<Given> given) {
        if (given.isEmpty()) {
            return;
        }
        store(database)
                .create(given.stream()
                        .map(it -> new NewInstance(
                                workflow, it.id(), "{}", false, it.createdAt(), null, null, it.labels(), ""))
                        .toList());
        given.stream()
                .filter(it -> it.status() != Status.QUEUED)
                .forEach(it -> JdbcClient.create(POOLS.get(database))
                        .sql("update workflow_instance set status = ? where workflow = ? and id = ?")
                        .params(it.status().word(), workflow, it.id())
                        .update());
    }

    @Provide
    Arbitrary<List<Given>> instances() {
        return Combinators.combine(ids(), statuses(), times(), labels())
                .as(Given::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(25)
                .uniqueElements(Given::id);
    }

    @Provide
    Arbitrary<InstanceQuery> queries() {
        Arbitrary<Set<Status>> asked = Arbitraries.oneOf(
                Arbitraries.just(Set.<Status>of()), statuses().set().ofMaxSize(4));
        Arbitrary<String> prefixes = Arbitraries.oneOf(
                Arbitraries.just(""),
                ids(),
                Arbitraries.strings().withChars("aAz_-%~").ofMaxLength(2));
        return Combinators.combine(
                        asked,
                        bounds().injectNull(0.6),
                        bounds().injectNull(0.6),
                        prefixes.injectNull(0.5),
                        Arbitraries.oneOf(Arbitraries.just(Map.<String, String>of()), labels()),
                        Arbitraries.of(Order.class))
                .as((statuses, since, before, prefix, labels, order) ->
                        new InstanceQuery(statuses, since, before, prefix, labels, order, 50, null));
    }

    private static Arbitrary<String> ids() {
        return Arbitraries.strings()
                .withChars("aAbZz09_-")
                .ofMinLength(1)
                .ofMaxLength(4)
                .map(id -> id.startsWith("-") ? "_" + id : id);
    }

    private static Arbitrary<Status> statuses() {
        return Arbitraries.of(Status.class);
    }

    private static Arbitrary<Instant> times() {
        return Arbitraries.integers().between(0, 6).map(micros -> START.plusNanos(micros * 1000L));
    }

    /** Between two times, too, and outside of what databases know. */
    private static Arbitrary<Instant> bounds() {
        return Arbitraries.oneOf(
                Arbitraries.integers().between(0, 12).map(half -> START.plusNanos(half * 500L)),
                Arbitraries.of(Instant.MIN, Instant.EPOCH, Instant.MAX));
    }

    private static Arbitrary<Map<String, String>> labels() {
        return Arbitraries.maps(Arbitraries.of("region", "customer", "Region"), Arbitraries.of("eu", "us", "", "é%_"))
                .ofMaxSize(3);
    }
}
