package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.workflows.Schedule;
import dev.workflows.Status;
import dev.workflows.Workflow;
import dev.workflows.WorkflowBinding;
import dev.workflows.WorkflowEntrypoint;
import dev.workflows.WorkflowEvent;
import dev.workflows.WorkflowStep;
import dev.workflows.test.FaultyDatabase;
import dev.workflows.test.OnEveryDatabase;
import dev.workflows.test.RecordedStatements;
import dev.workflows.test.TestApplication;
import dev.workflows.test.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Instances that schedules create: how many, when, and by whom. */
@ExtendWith(OutputCaptureExtension.class)
class ScheduleTests {

    private static final Duration LONG_ENOUGH = Duration.ofSeconds(30);
    private static final Duration A_WHILE = Duration.ofMillis(2500);
    private static final String EVERY_SECOND = "* * * * * *";
    private static final String MONTHLY = "0 0 1 * *";

    private final List<ConfigurableApplicationContext> applications = new ArrayList<>();

    @Workflow
    static class TickWorkflow implements WorkflowEntrypoint<Map<String, String>, Integer> {

        final List<WorkflowEvent<Map<String, String>>> entered = new CopyOnWriteArrayList<>();

        @Override
        public Integer run(WorkflowEvent<Map<String, String>> event, WorkflowStep step) {
            entered.add(event);
            step.sleep("short", Duration.ofMillis(100));
            return event.payload().size();
        }
    }

    @Workflow(schedule = EVERY_SECOND)
    static class HeldWorkflow implements WorkflowEntrypoint<Object, Object> {

        final CountDownLatch letGo = new CountDownLatch(1);

        @Override
        public Object run(WorkflowEvent<Object> event, WorkflowStep step) throws Exception {
            letGo.await();
            return "done";
        }
    }

    @AfterEach
    void close() {
        applications.forEach(ConfigurableApplicationContext::close);
    }

    @OnEveryDatabase
    void aFiringCreatesOneInstanceOverAllNodes(TestDatabase database, CapturedOutput output) {
        String url = database.newUrl();
        ConfigurableApplicationContext first = start(url, "schedule=" + EVERY_SECOND);
        ConfigurableApplicationContext second = start(url, "schedule=" + EVERY_SECOND);

        await().atMost(LONG_ENOUGH).until(() -> scheduledTimes(first).size() >= 5);
        Set<Instant> times = new TreeSet<>(scheduledTimes(first));

        // scheduled_at is not unique in the table
        assertThat(scheduledTimes(first).stream().filter(times::contains)).doesNotHaveDuplicates();
        assertWithoutHoles(times);
        List<String> ids = Stream.of(first, second)
                .flatMap(node -> node.getBean(TickWorkflow.class).entered.stream())
                .map(event -> event.instanceId() + event.timestamp())
                .toList();
        assertThat(new HashSet<>(ids)).hasSizeGreaterThanOrEqualTo(4);
        assertThat(output.getOut().lines())
                .filteredOn(line -> line.contains(" WARN ") || line.contains(" ERROR "))
                .allMatch(line -> line.contains("Using H2") || line.contains("H2 database in memory"));
    }

    @OnEveryDatabase
    void anInstanceKnowsItsScheduleAtEveryPass(TestDatabase database) {
        ConfigurableApplicationContext application = start(database.newUrl(), "schedule=" + EVERY_SECOND);
        TickWorkflow workflow = application.getBean(TickWorkflow.class);

        await().atMost(LONG_ENOUGH)
                .until(() ->
                        count(application, "select count(*) from workflow_instance where status = 'complete'") > 0);

        WorkflowEvent<Map<String, String>> event = workflow.entered.get(0);
        Schedule schedule = event.schedule();
        assertThat(schedule.cron()).isEqualTo(EVERY_SECOND);
        assertThat(schedule.scheduledTime().getNano()).isZero();
        assertThat(event.timestamp())
                .isBetween(schedule.scheduledTime(), schedule.scheduledTime().plus(LONG_ENOUGH));
        assertThat(event.instanceId())
                .isEqualTo("schedule-"
                        + schedule.scheduledTime().toString().replace("-", "").replace(":", ""));
        assertThat(event.payload()).isEmpty();
        assertThat(workflow.entered.stream().filter(other -> other.instanceId().equals(event.instanceId())))
                .hasSize(2)
                .containsOnly(event);
    }

    @OnEveryDatabase
    void anInstanceThatNoScheduleCreatedHasNone(TestDatabase database) throws Exception {
        ConfigurableApplicationContext application = start(database.newUrl(), "schedule=" + MONTHLY);

        binding(application).create(Map.of("a", "b")).await(LONG_ENOUGH);

        assertThat(application.getBean(TickWorkflow.class).entered)
                .hasSize(2)
                .allSatisfy(event -> assertThat(event.schedule()).isNull());
    }

    @OnEveryDatabase
    void severalSchedulesFireApartFromOneAnother(TestDatabase database) {
        String url = database.newUrl();
        ConfigurableApplicationContext application =
                start(url, "schedule[0]=" + EVERY_SECOND, "schedule[1]=*/2 * * * * *");

        await().atMost(LONG_ENOUGH).until(() -> scheduledTimes(application).size() >= 7);

        assertThat(application
                        .getBean(JdbcClient.class)
                        .sql("select id from workflow_instance")
                        .query(String.class)
                        .list())
                .allMatch(id -> id.matches("schedule-\\d{8}T\\d{6}Z-[0-9a-f]{8}"));
        assertThat(application
                        .getBean(JdbcClient.class)
                        .sql("select schedule_cron from workflow_instance group by schedule_cron having count(*) > 1")
                        .query(String.class)
                        .list())
                .containsExactlyInAnyOrder(EVERY_SECOND, "*/2 * * * * *");
    }

    @OnEveryDatabase
    void aScheduleThatIsNewStartsFromNow(TestDatabase database) {
        Instant before = Instant.now();
        ConfigurableApplicationContext application = start(database.newUrl(), "schedule=" + MONTHLY);

        await().atMost(LONG_ENOUGH).until(() -> lastFired(application).size() == 1);

        assertThat(lastFired(application).get(MONTHLY)).isBetween(before.minusSeconds(1), Instant.now());
        assertThat(scheduledTimes(application)).isEmpty();
    }

    @OnEveryDatabase
    void whatWasMissedWhileAllWereDownIsCaughtUpOnce(TestDatabase database) {
        String url = missing(database, MONTHLY, Duration.ofDays(100));

        ConfigurableApplicationContext application = start(url, "schedule=" + MONTHLY);

        await().atMost(LONG_ENOUGH)
                .until(() ->
                        count(application, "select count(*) from workflow_instance where status = 'complete'") == 1);
        Instant latest = YearMonth.now(ZoneOffset.UTC).atDay(1).atStartOfDay().toInstant(ZoneOffset.UTC);
        assertThat(scheduledTimes(application)).containsExactly(latest);
        assertThat(lastFired(application)).isEqualTo(Map.of(MONTHLY, latest));
        assertThat(application.getBean(TickWorkflow.class).entered.get(0).schedule())
                .isEqualTo(new Schedule(MONTHLY, latest));
    }

    @OnEveryDatabase
    void whatWasMissedWhileAllWereDownIsLeftOutWhereThatIsSaid(TestDatabase database) {
        String url = missing(database, MONTHLY, Duration.ofDays(100));

        ConfigurableApplicationContext application = start(url, "schedule=" + MONTHLY, "catch-up=skip");

        Instant latest = YearMonth.now(ZoneOffset.UTC).atDay(1).atStartOfDay().toInstant(ZoneOffset.UTC);
        await().atMost(LONG_ENOUGH).until(() -> lastFired(application).equals(Map.of(MONTHLY, latest)));
        assertThat(scheduledTimes(application)).isEmpty();
    }

    @OnEveryDatabase
    void aChangedScheduleStartsFromNowAndTheFormerOneIsForgotten(TestDatabase database) {
        String url = missing(database, MONTHLY, Duration.ofDays(100));

        ConfigurableApplicationContext application = start(url, "schedule=0 1 1 * *");

        await().atMost(LONG_ENOUGH).until(() -> lastFired(application).containsKey("0 1 1 * *"));
        assertThat(lastFired(application)).containsOnlyKeys("0 1 1 * *");
        assertThat(scheduledTimes(application)).isEmpty();
    }

    @OnEveryDatabase
    void aFiringIsLeftOutWhileAnEarlierInstanceHasNotEnded(TestDatabase database) {
        ConfigurableApplicationContext application = held(database, "skip");

        await().atMost(LONG_ENOUGH).until(() -> scheduledTimes(application).size() == 1);
        Instant created = scheduledTimes(application).get(0);
        await().atMost(LONG_ENOUGH)
                .until(() -> lastFired(application).get(EVERY_SECOND).isAfter(created.plusSeconds(2)));
        assertThat(scheduledTimes(application)).containsExactly(created);

        application.getBean(HeldWorkflow.class).letGo.countDown();

        await().atMost(LONG_ENOUGH).until(() -> scheduledTimes(application).size() > 2);
    }

    @OnEveryDatabase
    void instancesMayOverlapByDefault(TestDatabase database) {
        ConfigurableApplicationContext application = held(database, "allow");

        await().atMost(LONG_ENOUGH).until(() -> scheduledTimes(application).size() == 3);

        assertThat(count(application, "select count(*) from workflow_instance where status = 'running'"))
                .isGreaterThanOrEqualTo(2);
        application.getBean(HeldWorkflow.class).letGo.countDown();
    }

    @OnEveryDatabase
    void aFiringWhoseCommitWasInDoubtCreatesOneInstance(TestDatabase database) {
        ConfigurableApplicationContext application = start(database.newUrl(), "schedule=" + EVERY_SECOND);
        FaultyDatabase faulty = application.getBean(FaultyDatabase.class);

        faulty.loseAnswerToCommitOf("update workflow_schedule");

        await().atMost(LONG_ENOUGH).until(faulty::hasLostTheAnswer);
        int sofar = scheduledTimes(application).size();
        await().atMost(LONG_ENOUGH).until(() -> scheduledTimes(application).size() > sofar + 2);
        assertWithoutHoles(scheduledTimes(application));
        awaitAllComplete(application);
    }

    @OnEveryDatabase
    void anOutageDelaysFiringsAndLosesNone(TestDatabase database) {
        ConfigurableApplicationContext application = start(database.newUrl(), "schedule=" + EVERY_SECOND);
        FaultyDatabase faulty = application.getBean(FaultyDatabase.class);
        await().atMost(LONG_ENOUGH).until(() -> scheduledTimes(application).size() >= 1);

        faulty.goAway();
        Instant before = Instant.now();
        await().atMost(LONG_ENOUGH).until(() -> Instant.now().isAfter(before.plusSeconds(2)));
        faulty.comeBack();

        await().atMost(LONG_ENOUGH)
                .until(() -> scheduledTimes(application).stream().anyMatch(before.plusSeconds(3)::isBefore));
        assertWithoutHoles(scheduledTimes(application));
        awaitAllComplete(application);
    }

    @OnEveryDatabase
    void aNodeThatRunsNoInstancesFiresNone(TestDatabase database) {
        String url = database.newUrl();
        ConfigurableApplicationContext idle = start(url, "workflows.worker.enabled=false", "schedule=" + EVERY_SECOND);

        await().during(A_WHILE).atMost(LONG_ENOUGH).until(() -> lastFired(idle).isEmpty());
        assertThat(idle.getBean(RecordedStatements.class).startingWith("select * from workflow_schedule"))
                .isEmpty();
    }

    @OnEveryDatabase
    void nothingIsAskedWhileNothingIsDue(TestDatabase database) {
        ConfigurableApplicationContext application = start(database.newUrl(), "schedule=" + MONTHLY);
        RecordedStatements statements = application.getBean(RecordedStatements.class);
        await().atMost(LONG_ENOUGH).until(() -> lastFired(application).size() == 1);

        await().during(A_WHILE)
                .atMost(LONG_ENOUGH)
                .until(() -> statements
                                .startingWith("select * from workflow_schedule")
                                .size()
                        == 1);
    }

    @OnEveryDatabase
    void aFiringIsNotRepeatedWhenItsInstanceHasBeenDeleted(TestDatabase database) {
        String url = missing(database, MONTHLY, Duration.ofDays(100));
        String onceOnly = "schedule=" + MONTHLY;
        ConfigurableApplicationContext application = start(url, onceOnly);
        await().atMost(LONG_ENOUGH)
                .until(() ->
                        count(application, "select count(*) from workflow_instance where status = 'complete'") == 1);
        application
                .getBean(JdbcClient.class)
                .sql("delete from workflow_instance")
                .update();
        application.close();

        ConfigurableApplicationContext next = start(url, onceOnly);

        RecordedStatements statements = next.getBean(RecordedStatements.class);
        await().atMost(LONG_ENOUGH)
                .until(() -> statements
                                .startingWith("select * from workflow_schedule")
                                .size()
                        == 1);
        await().during(Duration.ofMillis(300)).until(() -> scheduledTimes(next).isEmpty());
    }

    /** A database whose schedule last fired so long ago. */
    private String missing(TestDatabase database, String cron, Duration ago) {
        String url = database.newUrl();
        try (ConfigurableApplicationContext application = start(url, "schedule=" + cron)) {
            await().atMost(LONG_ENOUGH).until(() -> lastFired(application).containsKey(cron));
            application
                    .getBean(JdbcClient.class)
                    .sql("update workflow_schedule set last_fired_at = ?")
                    .param(Instant.now().minus(ago).atOffset(ZoneOffset.UTC))
                    .update();
        }
        return url;
    }

    private ConfigurableApplicationContext held(TestDatabase database, String overlap) {
        return remember(TestApplication.on(database.newUrl(), HeldWorkflow.class)
                .with("workflows.definitions.held-workflow.overlap=" + overlap)
                .with("workflows.worker.shutdown-timeout=0")
                .start());
    }

    /** @param properties those of the workflow by what comes after its name, others as they are */
    private ConfigurableApplicationContext start(String url, String... properties) {
        return remember(TestApplication.on(url, TickWorkflow.class, FaultyDatabase.class, RecordedStatements.class)
                .with(Stream.of(properties)
                        .map(property -> property.startsWith("workflows.")
                                ? property
                                : "workflows.definitions.tick-workflow." + property)
                        .toArray(String[]::new))
                .start());
    }

    private ConfigurableApplicationContext remember(ConfigurableApplicationContext application) {
        applications.add(application);
        return application;
    }

    @SuppressWarnings("unchecked")
    private static WorkflowBinding<Map<String, String>, Integer> binding(ConfigurableApplicationContext application) {
        return (WorkflowBinding<Map<String, String>, Integer>) application.getBean("TICK_WORKFLOW");
    }

    private static List<Instant> scheduledTimes(ConfigurableApplicationContext application) {
        return application
                .getBean(JdbcClient.class)
                .sql("select scheduled_at from workflow_instance where schedule_cron is not null order by scheduled_at")
                .query((row, number) -> row.getTimestamp(1).toInstant())
                .list();
    }

    private static Map<String, Instant> lastFired(ConfigurableApplicationContext application) {
        Map<String, Instant> last = new HashMap<>();
        application
                .getBean(JdbcClient.class)
                .sql("select cron, last_fired_at from workflow_schedule")
                .query(row -> {
                    last.put(row.getString(1), row.getTimestamp(2).toInstant());
                });
        return last;
    }

    private static long count(ConfigurableApplicationContext application, String sql) {
        return application.getBean(JdbcClient.class).sql(sql).query(Long.class).single();
    }

    private static void awaitAllComplete(ConfigurableApplicationContext application) {
        String started =
                "select count(*) from workflow_instance where scheduled_at < current_timestamp - interval '3' second";
        await().atMost(LONG_ENOUGH)
                .until(() -> count(application, started + " and status <> '" + Status.COMPLETE.word() + "'") == 0);
    }

    /** One in each second. */
    private static void assertWithoutHoles(Iterable<Instant> times) {
        Instant previous = null;
        for (Instant time : times) {
            if (previous != null) {
                assertThat(time).isEqualTo(previous.plusSeconds(1));
            }
            previous = time;
        }
    }
}
