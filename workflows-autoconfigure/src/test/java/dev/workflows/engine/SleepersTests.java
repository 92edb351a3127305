package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.workflows.CreateOptions;
import dev.workflows.Status;
import dev.workflows.Step;
import dev.workflows.Workflow;
import dev.workflows.WorkflowBinding;
import dev.workflows.WorkflowEntrypoint;
import dev.workflows.WorkflowEvent;
import dev.workflows.WorkflowInstance;
import dev.workflows.WorkflowStep;
import dev.workflows.test.TestApplication;
import dev.workflows.test.TestDatabase;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * What instances cost that sleep for a month. On PostgreSQL, which has a process of its own: an H2 database in memory is
 * itself on the heap that is measured.
 */
class SleepersTests {

    private static final Logger log = LoggerFactory.getLogger(SleepersTests.class);
    private static final int SOME = 10_000;
    private static final int MANY = 100_000;
    /** So many go to sleep by themselves; the others are copies of one of them. */
    private static final int REAL = 500;

    /** A dozen bytes for each of 90,000: not even an object. */
    private static final long NOTHING_MUCH = 1024 * 1024;

    private static final String COPY_INSTANCES = """
            insert into workflow_instance (workflow, id, status, params, epoch, due_at, interrupted, created_at)
            select i.workflow, 'copy-' || n, i.status, i.params, i.epoch, i.due_at, i.interrupted, i.created_at
            from workflow_instance i cross join generate_series(:first, :last) n where i.id = 'sleeper-0'""";
    private static final String COPY_STEPS = """
            insert into workflow_step
                (instance_pk, kind, name, occurrence, output, attempts, epoch, started_at, ended_at, wake_at)
            select c.pk, s.kind, s.name, s.occurrence, s.output, s.attempts, s.epoch, s.started_at, s.ended_at, s.wake_at
            from workflow_step s join workflow_instance i on i.pk = s.instance_pk and i.id = 'sleeper-0'
                cross join workflow_instance c
            where c.id like 'copy-%' and not exists (select 1 from workflow_step f where f.instance_pk = c.pk)""";
    private static final String WAKE = """
            with woken as (update workflow_instance set due_at = now() where id = :id returning pk)
            update workflow_step set wake_at = now() where wake_at is not null and instance_pk in (select pk from woken)""";

    @Workflow(name = "sleeper")
    static class Sleeper implements WorkflowEntrypoint<String, String> {

        @Override
        public String run(WorkflowEvent<String> event, WorkflowStep step) {
            String packed = pack();
            step.sleep("until next month", Duration.parse(event.payload()));
            return packed + " and slept";
        }

        @Step
        String pack() {
            return "packed";
        }
    }

    /** What is held, once nothing moves. */
    private record Held(long heap, int threads) {}

    @Test
    void aHundredThousandSleepersHoldNoThreadNoConnectionAndNoHeap() throws Exception {
        try (ConfigurableApplicationContext application = TestApplication.on(
                        TestDatabase.POSTGRESQL.newUrl(), Sleeper.class)
                .with("workflows.worker.poll-interval=50ms")
                .start()) {
            WorkflowBinding<String, String> sleepers = binding(application);
            fallAsleep(application, sleepers);
            Held none = held(application, sleepers, REAL);

            copy(application, REAL + 1, SOME);
            Held some = held(application, sleepers, SOME);
            copy(application, SOME + 1, MANY);
            Held many = held(application, sleepers, MANY);

            assertThat(some.heap() - none.heap()).isLessThan(NOTHING_MUCH);
            assertThat(many.heap() - some.heap()).isLessThan(NOTHING_MUCH);
            assertThat(many.threads()).isLessThan(none.threads() + 5);
            assertWakes(application, sleepers, "sleeper-" + (REAL - 1));
            assertWakes(application, sleepers, "copy-" + MANY / 2);
        }
    }

    @SuppressWarnings("unchecked")
    private static WorkflowBinding<String, String> binding(ConfigurableApplicationContext application) {
        return application.getBean("SLEEPER", WorkflowBinding.class);
    }

    private static void fallAsleep(
            ConfigurableApplicationContext application, WorkflowBinding<String, String> sleepers) {
        for (int from = 0; from < REAL; from += 100) {
            sleepers.createBatch(IntStream.range(from, from + 100)
                    .mapToObj(i -> CreateOptions.of("P30D").withId("sleeper-" + i))
                    .toList());
        }
        awaitWaiting(application, REAL);
    }

    private static void copy(ConfigurableApplicationContext application, int first, int last) {
        JdbcClient jdbc = application.getBean(JdbcClient.class);
        jdbc.sql(COPY_INSTANCES).param("first", first).param("last", last).update();
        jdbc.sql(COPY_STEPS).update();
        jdbc.sql("analyze").update();
    }

    private static void awaitWaiting(ConfigurableApplicationContext application, int count) {
        await().atMost(ScriptedWorkflow.LONG_ENOUGH)
                .until(() -> application
                                .getBean(JdbcClient.class)
                                .sql("select count(*) from workflow_instance where status = 'waiting'")
                                .query(Integer.class)
                                .single()
                        == count);
    }

    /** Measured after others have come and gone, so that the engine has looked past those that sleep. */
    private static Held held(
            ConfigurableApplicationContext application, WorkflowBinding<String, String> sleepers, int count)
            throws InterruptedException {
        for (int i = 0; i < 20; i++) {
            assertThat(sleepers.create("PT0.02S").await(Duration.ofSeconds(10))).isEqualTo("packed and slept");
        }
        awaitWaiting(application, count);
        await().until(() -> runningInstances() == 0);
        HikariDataSource pool = application.getBean(HikariDataSource.class);
        // the one that listens to other nodes
        await().until(() -> pool.getHikariPoolMXBean().getActiveConnections() == 1);
        Held held = new Held(usedHeap(), ManagementFactory.getThreadMXBean().getThreadCount());
        log.warn("{} sleepers: {} KB of heap, {} threads", count, held.heap() / 1024, held.threads());
        return held;
    }

    /** How many threads are inside of one. */
    private static long runningInstances() {
        return Thread.getAllStackTraces().values().stream()
                .filter(stack ->
                        Stream.of(stack).anyMatch(frame -> frame.getClassName().equals(InstanceRunner.class.getName())))
                .count();
    }

    /** What is left when as much as possible has been collected. */
    private static long usedHeap() {
        return IntStream.range(0, 5)
                .mapToLong(i -> {
                    System.gc();
                    return ManagementFactory.getMemoryMXBean()
                            .getHeapMemoryUsage()
                            .getUsed();
                })
                .min()
                .orElseThrow();
    }

    private static void assertWakes(
            ConfigurableApplicationContext application, WorkflowBinding<String, String> sleepers, String id)
            throws InterruptedException {
        WorkflowInstance<String> sleeper = sleepers.get(id);
        assertThat(sleeper.status().status()).isEqualTo(Status.WAITING);

        application.getBean(JdbcClient.class).sql(WAKE).param("id", id).update();

        assertThat(sleeper.await(Duration.ofSeconds(10))).isEqualTo("packed and slept");
    }
}
