package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.workflows.InstanceStatus.InstanceError;
import dev.workflows.Status;
import dev.workflows.Step;
import dev.workflows.StepContext;
import dev.workflows.StepOptions;
import dev.workflows.StepTimeoutException;
import dev.workflows.Workflow;
import dev.workflows.WorkflowBinding;
import dev.workflows.WorkflowEntrypoint;
import dev.workflows.WorkflowEvent;
import dev.workflows.WorkflowInstance;
import dev.workflows.WorkflowStep;
import dev.workflows.test.OnEveryDatabase;
import dev.workflows.test.SharedApplication;
import dev.workflows.test.TestApplication;
import dev.workflows.test.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Attempts that take too long, on a node with one slot: whatever is left behind must not keep it. */
class TimeoutTests {

    @RegisterExtension
    static final SharedApplication APPLICATION = SharedApplication.of(
                    ScriptedWorkflow.class, StuckWorkflow.class, Handles.class)
            .withTables("create table ledger (entry varchar(100) primary key)")
            .with("workflows.worker.concurrency=1", "workflows.worker.interrupt-grace=200ms");

    /** What a stuck body waits for. */
    private final CountDownLatch released = new CountDownLatch(1);

    private final AtomicInteger entered = new AtomicInteger();
    private final AtomicInteger passesLeft = new AtomicInteger();
    private final List<Object> seen = Collections.synchronizedList(new ArrayList<>());

    @AfterEach
    void releaseStuckBodies() {
        released.countDown();
    }

    private static void ignoreInterruptsUntil(CountDownLatch latch) {
        boolean done = false;
        while (!done) {
            try {
                latch.await();
                done = true;
            } catch (InterruptedException ignored) {
                // as user code should not, but does
            }
        }
    }

    @OnEveryDatabase
    void anAttemptOverItsTimeoutIsInterruptedAndRetried(TestDatabase database) throws Exception {
        WorkflowInstance<Object> instance = ScriptedWorkflow.create(
                APPLICATION.on(database),
                (steps, step) -> steps.shortOfTime(() -> {
                    if (entered.incrementAndGet() == 1) {
                        seen.add(catchThrowableOfType(InterruptedException.class, released::await));
                        throw new IllegalStateException("interrupted");
                    }
                    return "second";
                }));

        assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo("second");
        assertThat(seen).hasOnlyElementsOfType(InterruptedException.class).hasSize(1);
        assertThat(attempts(database, instance.id()))
                .containsExactly("StepTimeoutException: Execution timed out after 300ms");
    }

    @OnEveryDatabase
    void theLastTimeoutIsTheFailureOfTheStep(TestDatabase database) throws Exception {
        Object output = ScriptedWorkflow.run(APPLICATION.on(database), (steps, step) -> {
            try {
                return steps.shortOfTime(() -> {
                    entered.incrementAndGet();
                    released.await();
                    return "too late";
                });
            } catch (StepTimeoutException e) {
                seen.add(List.of(e.stepName(), e.attempts(), e.errorName(), e.errorMessage(), e.getMessage()));
                step.sleep("pause", "5");
                return "timed out";
            }
        });

        assertThat(output).isEqualTo("timed out");
        assertThat(entered).hasValue(2);
        List<Object> failure = List.of(
                "short",
                2,
                "StepTimeoutException",
                "Execution timed out after 300ms",
                "Step \"short\" failed after 2 attempts: StepTimeoutException: Execution timed out after 300ms");
        assertThat(seen).containsExactly(failure, failure);
    }

    @OnEveryDatabase
    void aLateResultNeverCounts(TestDatabase database) throws Exception {
        Object output = ScriptedWorkflow.run(
                APPLICATION.on(database),
                (steps, step) -> steps.shortOfTime(() -> {
                    if (entered.incrementAndGet() == 1) {
                        catchThrowableOfType(InterruptedException.class, released::await);
                        return "late";
                    }
                    return "in time";
                }));

        assertThat(output).isEqualTo("in time");
    }

    @OnEveryDatabase
    void aBodyThatIgnoresItsInterruptionIsLeftBehind(TestDatabase database) throws Exception {
        ConfigurableApplicationContext application = APPLICATION.on(database);
        AtomicReference<Thread> stuck = new AtomicReference<>();
        WorkflowInstance<Object> instance = ScriptedWorkflow.create(application, (steps, step) -> {
            try {
                String result = steps.shortOfTime(() -> {
                    if (entered.incrementAndGet() == 1) {
                        stuck.set(Thread.currentThread());
                        ignoreInterruptsUntil(released);
                        return "late";
                    }
                    seen.add(Thread.currentThread());
                    return "in time";
                });
                step.sleep("pause", "5");
                return result + " " + steps.number(() -> 1);
            } finally {
                passesLeft.incrementAndGet();
            }
        });

        // the only slot is free again: the instance itself, and others, run while the first thread is stuck
        assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo("in time 1");
        assertThat(ScriptedWorkflow.run(application, (steps, step) -> steps.text(() -> "another")))
                .isEqualTo("another");
        assertThat(released.getCount()).isOne();
        assertThat(seen).hasSize(1).doesNotContain(stuck.get());
        List<String> before = rows(database, instance.id());

        released.countDown();
        await().untilAtomic(passesLeft, org.hamcrest.Matchers.is(3));

        assertThat(rows(database, instance.id())).isEqualTo(before);
        assertThat(instance.await(Duration.ZERO)).isEqualTo("in time 1");
        assertThat(attempts(database, instance.id()))
                .containsExactly("StepTimeoutException: Execution timed out after 300ms");
        // and no slot has been given back twice
        assertThat(ScriptedWorkflow.run(application, (steps, step) -> {
                    WorkflowInstance<Object> next = ScriptedWorkflow.create(application, (s, w) -> "next");
                    return next.status().status();
                }))
                .isEqualTo("queued");
    }

    @OnEveryDatabase
    void aLeftBehindAttemptThatWasTheLastFailsTheStep(TestDatabase database) throws Exception {
        InstanceError error = ScriptedWorkflow.failure(
                APPLICATION.on(database),
                (steps, step) -> steps.shortOfTimeOnce(() -> {
                    entered.incrementAndGet();
                    ignoreInterruptsUntil(released);
                    return "late";
                }));

        assertThat(error).isEqualTo(new InstanceError("StepTimeoutException", "Execution timed out after 300ms"));
        assertThat(entered).hasValue(1);
    }

    @OnEveryDatabase
    void aLeftBehindAttemptWhoseDelayCannotBeComputedFailsTheStep(TestDatabase database) throws Exception {
        StepOptions options = StepOptions.defaults().withTimeout("50ms").withDelay((attempt, thrown) -> {
            throw new IllegalStateException("no delay");
        });

        InstanceError error = ScriptedWorkflow.failure(APPLICATION.on(database), (steps, step) -> {
            step.call("stuck", options, () -> ignoreInterruptsUntil(released));
            return null;
        });

        assertThat(error).isEqualTo(new InstanceError("IllegalStateException", "no delay"));
    }

    @OnEveryDatabase
    void whatALeftBehindTransactionalStepWritesIsRolledBack(TestDatabase database) throws Exception {
        ConfigurableApplicationContext application = APPLICATION.on(database);
        StuckWorkflow.released = released;
        StuckWorkflow.left = new CountDownLatch(1);
        WorkflowInstance<String> instance =
                application.getBean(Handles.class).ledger.create("");

        assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo("attempt 2");
        assertThat(entries(database)).containsExactly("attempt 2");

        released.countDown();
        StuckWorkflow.left.await();

        assertThat(entries(database)).containsExactly("attempt 2");
        assertThat(instance.status().status()).isEqualTo(Status.COMPLETE);
        application.getBean(JdbcClient.class).sql("delete from ledger").update();
    }

    @Component
    record Handles(@Qualifier("STUCK_WORKFLOW") WorkflowBinding<String, String> ledger) {}

    @Workflow
    static class StuckWorkflow implements WorkflowEntrypoint<String, String> {

        static volatile CountDownLatch released = new CountDownLatch(0);
        static volatile CountDownLatch left = new CountDownLatch(0);

        private final JdbcClient jdbc;

        StuckWorkflow(JdbcClient jdbc) {
            this.jdbc = jdbc;
        }

        @Override
        public String run(WorkflowEvent<String> event, WorkflowStep step) {
            CountDownLatch stuckLeft = left;
            String written = null;
            try {
                written = write();
                return written;
            } finally {
                if (written == null) {
                    stuckLeft.countDown();
                }
            }
        }

        @Step(retries = 1, delay = "10", timeout = "300")
        @Transactional
        String write() {
            int attempt = StepContext.current().attempt();
            insert("attempt " + attempt);
            if (attempt == 1) {
                ignoreInterruptsUntil(released);
                insert("attempt 1, late");
            }
            return "attempt " + attempt;
        }

        private void insert(String entry) {
            jdbc.sql("insert into ledger (entry) values (?)").param(entry).update();
        }
    }

    @OnEveryDatabase
    void anInterruptThatABodyLeavesBehindDoesNoHarm(TestDatabase database) throws Exception {
        Object output = ScriptedWorkflow.run(APPLICATION.on(database), (steps, step) -> {
            steps.act(() -> Thread.currentThread().interrupt());
            boolean interrupted = steps.flag(() -> Thread.currentThread().isInterrupted());
            steps.act(() -> Thread.currentThread().interrupt());
            step.sleep("pause", "5");
            return interrupted;
        });

        assertThat(output).isEqualTo(false);
    }

    @OnEveryDatabase
    void anInterruptThatRunLeavesBehindIsNotThatOfTheNextBody(TestDatabase database) throws Exception {
        Object output = ScriptedWorkflow.run(APPLICATION.on(database), (steps, step) -> {
            Thread.currentThread().interrupt();
            boolean interrupted = steps.flag(() -> Thread.currentThread().isInterrupted());
            Thread.currentThread().interrupt();
            step.sleep("pause", "5");
            Thread.currentThread().interrupt();
            return interrupted;
        });

        assertThat(output).isEqualTo(false);
    }

    @OnEveryDatabase
    void aLeftBehindBodyDoesNotHoldUpTheStopOfItsNode(TestDatabase database) throws Exception {
        ConfigurableApplicationContext application = TestApplication.on(database.newUrl(), ScriptedWorkflow.class)
                .with("workflows.worker.interrupt-grace=10ms", "workflows.worker.shutdown-timeout=1 hour")
                .start();
        ScriptedWorkflow.failure(
                application,
                (steps, step) -> steps.shortOfTimeOnce(() -> {
                    ignoreInterruptsUntil(released);
                    return "late";
                }));
        CountDownLatch closed = new CountDownLatch(1);

        Thread closing = new Thread(() -> {
            application.close();
            closed.countDown();
        });
        closing.start();

        await().atMost(Duration.ofSeconds(20)).until(() -> closed.getCount() == 0);
    }

    private static List<String> attempts(TestDatabase database, String instance) {
        return query(
                database,
                "select a.error_name || ': ' || a.error_message from workflow_attempt a"
                        + " join workflow_instance i on i.pk = a.instance_pk where i.id = ? order by a.attempt",
                instance);
    }

    private static List<String> rows(TestDatabase database, String instance) {
        return query(
                database,
                "select s.kind || ' ' || s.name || ' ' || s.occurrence || ' ' || coalesce(s.output, '') || ' ' || s.epoch"
                        + " || ' ' || i.status || ' ' || i.epoch || ' ' || i.output from workflow_step s"
                        + " join workflow_instance i on i.pk = s.instance_pk where i.id = ? order by s.name",
                instance);
    }

    private static List<String> entries(TestDatabase database) {
        return query(database, "select entry from ledger where entry <> ?", "");
    }

    private static List<String> query(TestDatabase database, String sql, String parameter) {
        return APPLICATION
                .on(database)
                .getBean(JdbcClient.class)
                .sql(sql)
                .param(parameter)
                .query(String.class)
                .list();
    }
}
