package dev.workflows.jpa;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.workflows.InstanceQuery;
import dev.workflows.InstanceQuery.Order;
import dev.workflows.Status;
import dev.workflows.test.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** How a page is read by PostgreSQL: from an index, and little more than is on it, however many instances there are. */
class ListStatementTests {

    private static final int INSTANCES = 20_000;
    private static final Pattern BUFFERS = Pattern.compile("Buffers: shared hit=(\\d+)(?: read=(\\d+))?");

    private static HikariDataSource pool;
    private static Instant middle;

    @BeforeAll
    static void fill() {
        pool = TestDatabase.pool(TestDatabase.POSTGRESQL.newUrl());
        WorkflowSchema.prepare(pool, SchemaMode.MIGRATE);
        JdbcClient jdbc = JdbcClient.create(pool);
        // what fails is old, and what is labelled with a tenant too: the newest page of it is far from the newest
        // instance
        jdbc.sql("""
                insert into workflow_instance (workflow, id, status, params, epoch, interrupted, created_at)
                select 'order', case when n % 100 = 0 then 'rare_' || n else md5(n::text) end,
                    case when n between 100 and 200 then 'errored' else 'complete' end, repeat('x', 500), 2, false,
                    timestamptz '2026-11-01 00:00:00Z' + n * interval '1 second'
                from generate_series(1, ?) n""").param(INSTANCES).update();
        jdbc.sql("""
                insert into workflow_label (instance_pk, name, label_value, workflow, created_at)
                select i.pk, l.name, l.label_value, i.workflow, i.created_at
                from workflow_instance i cross join lateral (values
                    ('region', case when i.pk % 2 = 0 then 'eu' else 'us' end),
                    ('tenant', case when i.status = 'errored' then 'acme' else 'other' end)) as l (name, label_value)
                """).update();
        jdbc.sql("vacuum analyze workflow_instance").update();
        jdbc.sql("vacuum analyze workflow_label").update();
        middle = Instant.parse("2026-11-01T00:00:00Z").plus(Duration.ofSeconds(INSTANCES / 2));
    }

    @AfterAll
    static void close() {
        pool.close();
    }

    @Test
    void allOrThoseOfATime() {
        assertReadsLittle(InstanceQuery.all());
        assertReadsLittle(InstanceQuery.all().withOrder(Order.OLDEST_FIRST));
        assertReadsLittle(InstanceQuery.all().withCreatedBefore(middle));
        assertReadsLittle(InstanceQuery.all().withCreatedSince(middle).withOrder(Order.OLDEST_FIRST));
    }

    @Test
    void aPageInTheMiddle() {
        String cursor = new Cursor(middle, INSTANCES / 2).text();

        assertReadsLittle(InstanceQuery.all().withCursor(cursor));
        assertReadsLittle(InstanceQuery.all().withOrder(Order.OLDEST_FIRST).withCursor(cursor));
        assertReadsLittle(InstanceQuery.all().withStatus(Status.COMPLETE).withCursor(cursor));
        assertReadsLittle(InstanceQuery.all().withLabel("region", "eu").withCursor(cursor));
    }

    @Test
    void thoseOfAStatusOrOfSeveral() {
        assertReadsLittle(InstanceQuery.all().withStatus(Status.ERRORED));
        assertReadsLittle(InstanceQuery.all().withStatus(Status.PAUSED));
        assertReadsLittle(InstanceQuery.all().withStatus(Status.ERRORED, Status.COMPLETE, Status.PAUSED));
    }

    @Test
    void thoseWithALabel() {
        assertReadsLittle(InstanceQuery.all().withLabel("region", "eu"));
        assertReadsLittle(InstanceQuery.all().withLabel("tenant", "acme"));
        assertReadsLittle(InstanceQuery.all().withLabel("tenant", "nobody"));
    }

    @Test
    void thoseWithAPrefix() {
        assertReadsLittle(InstanceQuery.all().withIdPrefix("rare_100"));
    }

    /** The table has some 1,700 pages, and the indexes hundreds. */
    private static void assertReadsLittle(InstanceQuery query) {
        String plan = explain(new ListStatement(List.of("order"), query));

        Matcher buffers = BUFFERS.matcher(plan);
        assertThat(buffers.find()).as(plan).isTrue();
        int read = Integer.parseInt(buffers.group(1))
                + (buffers.group(2) == null ? 0 : Integer.parseInt(buffers.group(2)));
        assertThat(read).as(plan).isLessThan(400);
        assertThat(plan).doesNotContain("Seq Scan");
    }

    private static String explain(ListStatement statement) {
        Map<String, Object> parameters = new LinkedHashMap<>();
        statement
                .parameters()
                .forEach((name, value) -> parameters.put(
                        name, value instanceof Instant instant ? instant.atOffset(ZoneOffset.UTC) : value));
        return JdbcClient.create(pool)
                .sql("explain (analyze, buffers, costs off, timing off) " + statement.sql())
                .params(parameters)
                .query(String.class)
                .list()
                .stream()
                .collect(Collectors.joining("\n"));
    }
}
