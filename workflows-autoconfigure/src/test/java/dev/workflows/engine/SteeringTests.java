package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.workflows.InstanceEndedException;
import dev.workflows.InstanceNotFoundException;
import dev.workflows.RestartFrom;
import dev.workflows.Status;
import dev.workflows.StepNotFoundException;
import dev.workflows.WaitOptions;
import dev.workflows.WorkflowInstance;
import dev.workflows.engine.ScriptedWorkflow.Script;
import dev.workflows.test.OnEveryDatabase;
import dev.workflows.test.SharedApplication;
import dev.workflows.test.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Instances that are paused, resumed, terminated and restarted. */
class SteeringTests {

    @RegisterExtension
    static final SharedApplication APPLICATION = SharedApplication.of(ScriptedWorkflow.class);

    private final CountDownLatch inBody = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final AtomicInteger entered = new AtomicInteger();

    private static WorkflowInstance<Object> create(TestDatabase database, Script script) {
        return ScriptedWorkflow.create(APPLICATION.on(database), script);
    }

    private static void awaitStatus(WorkflowInstance<?> instance, Status status) {
        await().until(() -> instance.status().status() == status);
    }

    private WorkflowInstance<Object> inTheBodyOfItsFirstStep(TestDatabase database) throws InterruptedException {
        WorkflowInstance<Object> instance = create(database, (steps, step) -> {
            steps.act(() -> {
                entered.incrementAndGet();
                inBody.countDown();
                goOn.await();
            });
            return steps.number(entered::incrementAndGet);
        });
        assertThat(inBody.await(30, TimeUnit.SECONDS)).isTrue();
        return instance;
    }

    @OnEveryDatabase
    void aRunningStepFinishesBeforeAPause(TestDatabase database) throws Exception {
        WorkflowInstance<Object> instance = inTheBodyOfItsFirstStep(database);

        instance.pause();
        assertThat(instance.status().status()).isEqualTo(Status.WAITING_FOR_PAUSE);
        goOn.countDown();

        awaitStatus(instance, Status.PAUSED);
        assertThat(entered).hasValue(1);
        instance.resume();
        assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo(2);
    }

    @OnEveryDatabase
    void resumingCancelsAPendingPause(TestDatabase database) throws Exception {
        WorkflowInstance<Object> instance = inTheBodyOfItsFirstStep(database);

        instance.pause();
        instance.resume();
        assertThat(instance.status().status()).isEqualTo(Status.RUNNING);
        goOn.countDown();

        assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo(2);
    }

    @OnEveryDatabase
    void aSleepingInstanceIsPausedAtOnceAndWhatIsLeftOfItsSleepIsKept(TestDatabase database) throws Exception {
        WorkflowInstance<Object> instance = create(database, (steps, step) -> {
            step.sleep("long", Duration.ofHours(1));
            return "slept";
        });
        awaitStatus(instance, Status.WAITING);

        instance.pause();
        assertThat(instance.status().status()).isEqualTo(Status.PAUSED);
        // as if the pause, and 20 minutes of the sleep before it, had been long ago
        shift(database, instance, "workflow_instance", "paused_at", "-2 hours");
        shift(database, instance, "workflow_step", "wake_at", "-140 minutes");
        instance.resume();

        awaitStatus(instance, Status.WAITING);
        double left = jdbc(database)
                .sql("select extract(epoch from (due_at - current_timestamp)) from workflow_instance where id = ?")
                .param(instance.id())
                .query(Double.class)
                .single();
        assertThat(Duration.ofSeconds((long) left)).isBetween(Duration.ofMinutes(39), Duration.ofMinutes(41));
        instance.terminate();
    }

    private static void shift(
            TestDatabase database, WorkflowInstance<?> instance, String table, String column, String by) {
        String where = table.equals("workflow_instance") ? "pk" : "instance_pk";
        String[] words = by.split(" ");
        String unit = words[1].equals("hours") ? "hour" : "minute";
        jdbc(database)
                .sql(
                        "update %s set %s = %s + interval '%s' %s where %s = (select pk from workflow_instance where id = ?)"
                                .formatted(table, column, column, words[0], unit, where))
                .param(instance.id())
                .update();
    }

    private static JdbcClient jdbc(TestDatabase database) {
        return APPLICATION.on(database).getBean(JdbcClient.class);
    }

    @OnEveryDatabase
    void eventsThatAreSentWhilePausedAreKept(TestDatabase database) throws Exception {
        WorkflowInstance<Object> instance = create(
                database,
                (steps, step) -> step.waitForEvent("number", WaitOptions.forType("number", Integer.class))
                        .payload());
        awaitStatus(instance, Status.WAITING);
        instance.pause();

        instance.sendEvent("number", 7);
        assertThat(instance.status().status()).isEqualTo(Status.PAUSED);
        instance.resume();

        assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo(7);
    }

    @OnEveryDatabase
    void pausingAndResumingDoNothingToAFinishedInstance(TestDatabase database) throws Exception {
        WorkflowInstance<Object> instance = create(database, (steps, step) -> "done");
        instance.await(ScriptedWorkflow.LONG_ENOUGH);

        instance.pause();
        instance.resume();

        assertThat(instance.status().status()).isEqualTo(Status.COMPLETE);
    }

    @OnEveryDatabase
    void terminatingInterruptsTheRunningStepAndEndsTheInstance(TestDatabase database) throws Exception {
        AtomicBoolean interrupted = new AtomicBoolean();
        WorkflowInstance<Object> instance = create(database, (steps, step) -> {
            steps.act(() -> {
                inBody.countDown();
                try {
                    goOn.await();
                } catch (InterruptedException e) {
                    interrupted.set(true);
                    throw e;
                }
            });
            return steps.number(entered::incrementAndGet);
        });
        assertThat(inBody.await(30, TimeUnit.SECONDS)).isTrue();

        instance.terminate();

        assertThat(instance.status().status()).isEqualTo(Status.TERMINATED);
        await().untilTrue(interrupted);
        assertThat(entered).hasValue(0);
        assertThatThrownBy(instance::terminate)
                .isInstanceOf(InstanceEndedException.class)
                .hasMessageContaining("it is terminated: it cannot be terminated");
    }

    @OnEveryDatabase
    void aSleepingInstanceIsTerminatedAtOnce(TestDatabase database) {
        WorkflowInstance<Object> instance = create(database, (steps, step) -> {
            step.sleep("long", Duration.ofHours(1));
            return "slept";
        });
        awaitStatus(instance, Status.WAITING);

        instance.terminate();

        assertThat(instance.status().status()).isEqualTo(Status.TERMINATED);
    }

    @OnEveryDatabase
    void anUnknownInstanceCannotBeSteered(TestDatabase database) {
        WorkflowInstance<Object> instance = create(database, (steps, step) -> "done");
        await().until(() -> instance.status().status().isEnded());
        jdbc(database)
                .sql("delete from workflow_instance where id = ?")
                .param(instance.id())
                .update();

        assertThatThrownBy(instance::pause).isInstanceOf(InstanceNotFoundException.class);
        assertThatThrownBy(instance::terminate).isInstanceOf(InstanceNotFoundException.class);
        assertThatThrownBy(instance::restart).isInstanceOf(InstanceNotFoundException.class);
        assertThatThrownBy(() -> instance.sendEvent("a", 1)).isInstanceOf(InstanceNotFoundException.class);
    }

    @OnEveryDatabase
    void restartingRepeatsEverything(TestDatabase database) throws Exception {
        WorkflowInstance<Object> instance = create(database, (steps, step) -> {
            steps.number(entered::incrementAndGet);
            return steps.number(entered::incrementAndGet);
        });
        assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo(2);

        instance.restart();

        await().until(() -> entered.get() == 4);
        assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo(4);
        assertThat(jdbc(database)
                        .sql(
                                "select g.status from workflow_generation g join workflow_instance i on i.pk = g.instance_pk"
                                        + " where i.id = ?")
                        .param(instance.id())
                        .query(String.class)
                        .list())
                .containsExactly("complete");
    }

    @OnEveryDatabase
    void restartingARunningInstanceLeavesItsBodyBehind(TestDatabase database) throws Exception {
        WorkflowInstance<Object> instance = create(database, (steps, step) -> {
            int mine = entered.incrementAndGet();
            steps.act(() -> {
                if (mine == 1) {
                    inBody.countDown();
                    goOn.await();
                }
            });
            return mine;
        });
        assertThat(inBody.await(30, TimeUnit.SECONDS)).isTrue();

        instance.restart();

        assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo(2);
    }

    @OnEveryDatabase
    void restartingFromAStepKeepsWhatWasStartedBefore(TestDatabase database) throws Exception {
        List<String> bodies = Collections.synchronizedList(new ArrayList<>());
        WorkflowInstance<Object> instance = create(database, (steps, step) -> {
            steps.text(() -> note(bodies, "a"));
            step.sleep("pause", Duration.ofMillis(10));
            steps.text(() -> note(bodies, "b"));
            steps.text(() -> note(bodies, "c"));
            return bodies.size();
        });
        instance.await(ScriptedWorkflow.LONG_ENOUGH);
        assertThat(bodies).containsExactly("a", "b", "c");

        instance.restart(RestartFrom.step("text").occurrence(2));

        await().until(() -> bodies.size() == 5);
        assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo(5);
        assertThat(bodies).containsExactly("a", "b", "c", "b", "c");

        instance.restart(RestartFrom.sleep("pause"));

        await().until(() -> bodies.size() == 7);
        instance.await(ScriptedWorkflow.LONG_ENOUGH);
        assertThat(bodies).endsWith("b", "c");
    }

    private static String note(List<String> bodies, String body) {
        bodies.add(body);
        return body;
    }

    @OnEveryDatabase
    void restartingFromAnUnknownStepChangesNothing(TestDatabase database) throws Exception {
        WorkflowInstance<Object> instance = create(database, (steps, step) -> steps.number(entered::incrementAndGet));
        instance.await(ScriptedWorkflow.LONG_ENOUGH);

        assertThatThrownBy(() -> instance.restart(RestartFrom.step("number").occurrence(2)))
                .isInstanceOf(StepNotFoundException.class)
                .hasMessageContaining("has not come to step \"number\", occurrence 2: it was not restarted");

        assertThat(instance.status().status()).isEqualTo(Status.COMPLETE);
        assertThat(entered).hasValue(1);
    }
}
