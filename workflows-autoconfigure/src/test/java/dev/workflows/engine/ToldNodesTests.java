package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.workflows.CreateOptions;
import dev.workflows.Status;
import dev.workflows.WaitOptions;
import dev.workflows.WorkflowInstance;
import dev.workflows.WorkflowStep;
import dev.workflows.engine.ScriptedWorkflow.Script;
import dev.workflows.test.TestApplication;
import dev.workflows.test.TestDatabase;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;

/** Nodes that neither look nor renew their lease for an hour: whatever one does for another, it was told by it. */
class ToldNodesTests {

    private static final String URL = TestDatabase.POSTGRESQL.newUrl();
    private static final ConfigurableApplicationContext NODE = start("workflows.worker.concurrency=1");
    private static final ConfigurableApplicationContext OTHER = start("workflows.worker.concurrency=1");
    private static final ConfigurableApplicationContext WITHOUT = start("workflows.worker.enabled=false");

    private final String id = UUID.randomUUID().toString();
    private final CountDownLatch held = new CountDownLatch(1);

    private static ConfigurableApplicationContext start(String property) {
        return TestApplication.on(URL, ScriptedWorkflow.class)
                .with("workflows.worker.poll-interval=1 hour", "workflows.worker.lease=1 hour", property)
                .start();
    }

    @BeforeAll
    static void everyNodeListens() {
        awaitListening(2);
    }

    private static void awaitListening(int nodes) {
        await().until(() -> count("select count(*) from pg_stat_activity where datname = current_database()"
                        + " and query like 'LISTEN%' and state = 'idle'")
                == nodes);
    }

    @AfterEach
    void letGo() {
        held.countDown();
        await().until(() -> count("select count(*) from workflow_instance where ended_at is null") == 0);
    }

    @AfterAll
    static void close() {
        List.of(NODE, OTHER, WITHOUT).forEach(ConfigurableApplicationContext::close);
    }

    @Test
    void whatIsCreatedWhereNothingRunsIsRunElsewhere() throws Exception {
        script(id, (steps, step) -> steps.number(() -> 1));

        assertThat(create(WITHOUT, id).await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo(1);
    }

    @Test
    void whatIsCreatedInATransactionIsToldOnceThatHasCommitted() throws Exception {
        script(id, (steps, step) -> steps.number(() -> 1));

        WorkflowInstance<Object> instance =
                WITHOUT.getBean(TransactionTemplate.class).execute(status -> create(WITHOUT, id));

        assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo(1);
    }

    @Test
    void whatANodeHasNoRoomForIsRunElsewhere() throws Exception {
        script(id + "first", (steps, step) -> steps.number(() -> hold(1)));
        script(id + "second", (steps, step) -> steps.number(() -> 2));
        create(NODE, id + "first");

        assertThat(create(NODE, id + "second").await(ScriptedWorkflow.LONG_ENOUGH))
                .isEqualTo(2);
    }

    @Test
    void whatBecomesDueWhereThereIsNoRoomIsRunElsewhere() throws Exception {
        script(id + "first", (steps, step) -> {
            step.sleep("a moment", "2 seconds");
            return steps.number(() -> 1);
        });
        script(id + "second", (steps, step) -> steps.number(() -> hold(2)));
        WorkflowInstance<Object> first = create(NODE, id + "first");
        await().until(() -> first.status().status() == Status.WAITING);
        create(NODE, id + "second");

        assertThat(first.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo(1);
    }

    @Test
    void anEventReachesAnInstanceThatAnotherNodeRuns() throws Exception {
        CountDownLatch working = new CountDownLatch(1);
        script(
                id,
                (steps, step) -> step.all(() -> approval(step), () -> {
                    steps.act(() -> {
                        working.countDown();
                        hold(0);
                    });
                    return "worked";
                }));
        WorkflowInstance<Object> instance = create(NODE, id);
        working.await();
        await().until(() -> approvals() == 1);

        handle(WITHOUT).sendEvent("approval", "granted");

        // it goes on although the other branch does not
        await().until(() -> taken() == 1);
        held.countDown();
        assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo(List.of("granted", "worked"));
    }

    @Test
    void anEventWakesAnInstanceThatNobodyHas() throws Exception {
        script(id, (steps, step) -> approval(step));
        WorkflowInstance<Object> instance = create(NODE, id);
        await().until(() -> instance.status().status() == Status.WAITING);

        handle(WITHOUT).sendEvent("approval", "granted");

        assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo("granted");
    }

    @Test
    void anInstanceIsPausedAndResumedFromAnotherNode() throws Exception {
        AtomicInteger steps = new AtomicInteger();
        CountDownLatch begun = new CountDownLatch(1);
        script(id, (bodies, step) -> {
            while (held.getCount() > 0) {
                bodies.number(() -> {
                    begun.countDown();
                    Thread.sleep(1);
                    return steps.incrementAndGet();
                });
            }
            return "done";
        });
        WorkflowInstance<Object> instance = create(NODE, id);
        begun.await();

        handle(WITHOUT).pause();
        await().until(() -> instance.status().status() == Status.PAUSED);
        held.countDown();
        handle(WITHOUT).resume();

        assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo("done");
    }

    @Test
    void anInstanceThatIsTerminatedFromAnotherNodeIsInterrupted() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        script(
                id,
                (steps, step) -> steps.number(() -> {
                    begun.countDown();
                    try {
                        return hold(1);
                    } catch (InterruptedException e) {
                        interrupted.countDown();
                        throw e;
                    }
                }));
        create(NODE, id);
        begun.await();

        handle(OTHER).terminate();

        assertThat(interrupted.await(ScriptedWorkflow.LONG_ENOUGH.toSeconds(), TimeUnit.SECONDS))
                .isTrue();
    }

    @Test
    void aNodeThatStopsHandsOverAtOnce() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        script(id, (steps, step) -> steps.retriedAtOnce(() -> 2));
        ConfigurableApplicationContext leaving = start("workflows.worker.shutdown-timeout=100ms");
        ScriptedWorkflow.script(
                leaving,
                id,
                (steps, step) -> steps.retriedAtOnce(() -> {
                    begun.countDown();
                    return hold(1);
                }));
        create(leaving, id);
        begun.await();

        leaving.close();

        assertThat(handle(OTHER).await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo(2);
    }

    private void script(String id, Script script) {
        List.of(NODE, OTHER, WITHOUT).forEach(each -> ScriptedWorkflow.script(each, id, script));
    }

    private static WorkflowInstance<Object> create(ConfigurableApplicationContext on, String id) {
        return ScriptedWorkflow.binding(on).create(CreateOptions.of(null).withId(id));
    }

    private WorkflowInstance<Object> handle(ConfigurableApplicationContext on) {
        return ScriptedWorkflow.binding(on).get(id);
    }

    private static String approval(WorkflowStep step) {
        return step.waitForEvent("approval", WaitOptions.forType("approval", String.class))
                .payload();
    }

    private int hold(int result) throws InterruptedException {
        held.await();
        return result;
    }

    private int approvals() {
        return count("select count(*) from workflow_step where kind = 'wait' and ended_at is null");
    }

    private int taken() {
        return count("select count(*) from workflow_event where consumed_at is not null");
    }

    private static int count(String sql) {
        return WITHOUT.getBean(JdbcClient.class).sql(sql).query(Integer.class).single();
    }
}
