package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import dev.workflows.ChildFailedException;
import dev.workflows.CreateOptions;
import dev.workflows.InstanceStatus;
import dev.workflows.Rollback;
import dev.workflows.Status;
import dev.workflows.Step;
import dev.workflows.StepOptions;
import dev.workflows.WaitOptions;
import dev.workflows.Workflow;
import dev.workflows.WorkflowBinding;
import dev.workflows.WorkflowEntrypoint;
import dev.workflows.WorkflowEvent;
import dev.workflows.WorkflowInstance;
import dev.workflows.WorkflowStep;
import dev.workflows.engine.ScriptedWorkflow.Script;
import dev.workflows.test.OnEveryDatabase;
import dev.workflows.test.SharedApplication;
import dev.workflows.test.TestApplication;
import dev.workflows.test.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.annotation.Transactional;

/** Instances that have not ended by their deadline. */
class DeadlineTests {

    @RegisterExtension
    static final SharedApplication APPLICATION = SharedApplication.of(
                    ScriptedWorkflow.class, HoldingWorkflow.class, BookingWorkflow.class)
            .withTables("create table booked (id varchar(100) not null)")
            .with("workflows.worker.interrupt-grace=300ms", "workflows.worker.poll-interval=100ms");

    @RegisterExtension
    static final SharedApplication ONE_AT_ONCE = SharedApplication.of(ScriptedWorkflow.class)
            .with("workflows.definitions.scripted-workflow.concurrency=1", "workflows.worker.poll-interval=100ms");

    @RegisterExtension
    static final SharedApplication CONFIGURED =
            SharedApplication.of(ScriptedWorkflow.class).with("workflows.definitions.scripted-workflow.deadline=400ms");

    private static final Duration SOON = Duration.ofMillis(400);
    private static final StepOptions ONCE = StepOptions.defaults().withRetries(0);

    private final CountDownLatch inBody = new CountDownLatch(1);
    private final CountDownLatch never = new CountDownLatch(1);
    private final AtomicInteger entered = new AtomicInteger();
    private final AtomicBoolean interrupted = new AtomicBoolean();
    private final List<String> undone = new CopyOnWriteArrayList<>();

    /** Sleeps beyond the deadline that its annotation says. */
    @Workflow(deadline = "300ms")
    static class HoldingWorkflow implements WorkflowEntrypoint<String, String> {

        @Override
        public String run(WorkflowEvent<String> event, WorkflowStep step) {
            step.sleep("long", "1 hour");
            return "done";
        }
    }

    /** Its step writes, and then holds until it is interrupted. */
    @Workflow
    static class BookingWorkflow implements WorkflowEntrypoint<String, String> {

        private final JdbcClient jdbc;

        BookingWorkflow(JdbcClient jdbc) {
            this.jdbc = jdbc;
        }

        @Override
        public String run(WorkflowEvent<String> event, WorkflowStep step) throws Exception {
            book(event.instanceId());
            return "booked";
        }

        @Step(name = "book", retries = 3, delay = "10")
        @Transactional
        void book(String id) throws InterruptedException {
            jdbc.sql("insert into booked (id) values (?)").param(id).update();
            new CountDownLatch(1).await();
        }
    }

    @AfterEach
    void letGo() {
        never.countDown();
    }

    private static WorkflowInstance<Object> create(TestDatabase database, Duration deadline, Script script) {
        return create(database, options().withDeadline(deadline), script);
    }

    private static WorkflowInstance<Object> create(
            TestDatabase database, CreateOptions<Object> options, Script script) {
        return ScriptedWorkflow.create(APPLICATION.on(database), options, script);
    }

    private static CreateOptions<Object> options() {
        return CreateOptions.of(null).withId(UUID.randomUUID().toString());
    }

    private void hold() throws InterruptedException {
        entered.incrementAndGet();
        inBody.countDown();
        try {
            never.await();
        } catch (InterruptedException e) {
            interrupted.set(true);
            throw e;
        }
    }

    private static JdbcClient jdbc(TestDatabase database) {
        return APPLICATION.on(database).getBean(JdbcClient.class);
    }

    private static List<String> texts(
            TestDatabase database, WorkflowInstance<?> instance, String column, String table) {
        return jdbc(database)
                .sql("select %s from %s where instance_pk = (select pk from workflow_instance where id = ?)"
                        .formatted(column, table))
                .param(instance.id())
                .query(String.class)
                .list();
    }

    private static Instant deadline(TestDatabase database, WorkflowInstance<?> instance) {
        return jdbc(database)
                .sql("select deadline_at from workflow_instance where id = ?")
                .param(instance.id())
                .query((row, number) -> row.getTimestamp(1).toInstant())
                .single();
    }

    private static InstanceStatus<?> ended(WorkflowInstance<?> instance) {
        await().atMost(ScriptedWorkflow.LONG_ENOUGH)
                .until(() -> instance.status().status().isEnded());
        return instance.status();
    }

    private static void assertExceeded(TestDatabase database, WorkflowInstance<?> instance) {
        InstanceStatus<?> status = ended(instance);
        assertThat(status.status()).isEqualTo(Status.ERRORED);
        assertThat(status.output()).isNull();
        assertThat(status.error().name()).isEqualTo("DeadlineExceededException");
        assertThat(status.error().message())
                .startsWith("Instance \"%s\" of workflow \"scripted-workflow\" had not ended within its deadline of "
                        .formatted(instance.id()));
        double late = jdbc(database)
                .sql("select extract(epoch from (ended_at - deadline_at)) from workflow_instance where id = ?")
                .param(instance.id())
                .query(Double.class)
                .single();
        assertThat(late).isGreaterThanOrEqualTo(0);
    }

    @OnEveryDatabase
    void aRunningBodyIsInterruptedAndNoFurtherOneEntered(TestDatabase database) {
        WorkflowInstance<Object> instance = create(database, SOON, (steps, step) -> {
            try {
                steps.act(this::hold);
            } catch (Exception e) {
                entered.addAndGet(100);
            }
            return steps.number(entered::incrementAndGet);
        });

        assertExceeded(database, instance);
        assertThat(interrupted).isTrue();
        assertThat(entered).hasValue(1);
        assertThat(texts(database, instance, "error_name", "workflow_attempt")).containsExactly("Interrupted");
    }

    @OnEveryDatabase
    void aBodyThatIsRetriedGetsNoFurtherAttempt(TestDatabase database) {
        WorkflowInstance<Object> instance = create(
                database,
                SOON,
                (steps, step) -> steps.retriedFiveTimes(() -> {
                    hold();
                    return 1;
                }));

        assertExceeded(database, instance);
        assertThat(entered).hasValue(1);
    }

    @OnEveryDatabase
    void whatABodyReturnsAllTheSameDoesNotCount(TestDatabase database) {
        WorkflowInstance<Object> instance = create(database, SOON, (steps, step) -> {
            steps.number(() -> {
                try {
                    hold();
                } catch (InterruptedException e) {
                    return 7;
                }
                return 0;
            });
            return steps.text(() -> "entered " + entered.incrementAndGet());
        });

        assertExceeded(database, instance);
        assertThat(entered).hasValue(1);
        assertThat(texts(database, instance, "output", "workflow_step")).isEmpty();
        assertThat(texts(database, instance, "error_name", "workflow_attempt")).containsExactly("Interrupted");
    }

    @OnEveryDatabase
    void aBodyThatIgnoresItsInterruptionIsLeftBehind(TestDatabase database) {
        WorkflowInstance<Object> instance = create(database, SOON, (steps, step) -> {
            steps.act(() -> {
                entered.incrementAndGet();
                while (never.getCount() > 0) {
                    try {
                        never.await();
                    } catch (InterruptedException e) {
                        interrupted.set(true);
                    }
                }
            });
            return steps.number(entered::incrementAndGet);
        });

        assertExceeded(database, instance);
        assertThat(interrupted).isTrue();
        assertThat(never.getCount()).isOne();
        assertThat(entered).hasValue(1);
    }

    @OnEveryDatabase
    void allBranchesAreInterrupted(TestDatabase database) {
        AtomicInteger left = new AtomicInteger();
        Script script = (steps, step) -> step.all(
                () -> {
                    steps.act(() -> {
                        try {
                            hold();
                        } finally {
                            left.incrementAndGet();
                        }
                    });
                    return 1;
                },
                () -> steps.number(() -> {
                    hold();
                    return left.incrementAndGet();
                }),
                () -> {
                    step.sleep("long", "1 hour");
                    return 3;
                });

        assertExceeded(database, create(database, SOON, script));
        assertThat(entered).hasValue(2);
        assertThat(left).hasValue(1);
    }

    @OnEveryDatabase
    void aSleepingInstanceEnds(TestDatabase database) {
        WorkflowInstance<Object> instance = create(database, SOON, (steps, step) -> {
            step.sleep("long", "1 hour");
            return steps.number(entered::incrementAndGet);
        });

        assertExceeded(database, instance);
        assertThat(entered).hasValue(0);
    }

    @OnEveryDatabase
    void anInstanceThatWaitsForAnEventEnds(TestDatabase database) {
        WorkflowInstance<Object> instance = create(
                database,
                SOON,
                (steps, step) -> step.waitForEvent("approval", WaitOptions.forType("approval", String.class)));

        assertExceeded(database, instance);
    }

    @OnEveryDatabase
    void anInstanceThatWaitsForARetryEnds(TestDatabase database) {
        WorkflowInstance<Object> instance = create(
                database,
                SOON,
                (steps, step) -> steps.retriedLater(() -> {
                    entered.incrementAndGet();
                    throw new IllegalStateException("not yet");
                }));

        assertExceeded(database, instance);
        assertThat(entered).hasValue(1);
    }

    @OnEveryDatabase
    void aPausedInstanceEnds(TestDatabase database) {
        WorkflowInstance<Object> instance = create(database, Duration.ofMillis(1500), (steps, step) -> {
            step.sleep("long", "1 hour");
            return "done";
        });
        await().until(() -> instance.status().status() == Status.WAITING);

        instance.pause();
        assertThat(instance.status().status()).isEqualTo(Status.PAUSED);

        assertExceeded(database, instance);
    }

    @OnEveryDatabase
    void anInstanceThatIsToBePausedEndsThoughItsBodyHolds(TestDatabase database) throws Exception {
        WorkflowInstance<Object> instance = create(database, Duration.ofMillis(1500), (steps, step) -> {
            steps.act(this::hold);
            return "done";
        });
        assertThat(inBody.await(30, TimeUnit.SECONDS)).isTrue();

        instance.pause();
        assertThat(instance.status().status()).isEqualTo(Status.WAITING_FOR_PAUSE);

        assertExceeded(database, instance);
        assertThat(interrupted).isTrue();
    }

    @OnEveryDatabase
    void anInstanceWhosePauseCameInTimeEndsPaused(TestDatabase database) throws Exception {
        WorkflowInstance<Object> instance = create(database, Duration.ofSeconds(2), (steps, step) -> {
            steps.act(this::hold);
            return steps.number(entered::incrementAndGet);
        });
        assertThat(inBody.await(30, TimeUnit.SECONDS)).isTrue();
        instance.pause();
        never.countDown();
        await().until(() -> instance.status().status() == Status.PAUSED);

        assertExceeded(database, instance);
        assertThat(entered).hasValue(1);
    }

    @OnEveryDatabase
    void aQueuedInstanceEndsWithoutBeingRun(TestDatabase database) {
        String url = database.newUrl();
        String id = UUID.randomUUID().toString();
        try (ConfigurableApplicationContext idle = TestApplication.on(url, ScriptedWorkflow.class)
                .with("workflows.worker.enabled=false")
                .start()) {
            ScriptedWorkflow.binding(idle)
                    .create(CreateOptions.of(null).withId(id).withDeadline(Duration.ofMillis(1)));
        }
        try (ConfigurableApplicationContext application =
                TestApplication.on(url, ScriptedWorkflow.class).start()) {
            // it has no script: to run it would end in another error
            assertThat(ended(ScriptedWorkflow.binding(application).get(id))
                            .error()
                            .name())
                    .isEqualTo("DeadlineExceededException");
        }
    }

    @OnEveryDatabase
    void theConfigurationMaySayWhatTheDeadlineOfAWorkflowIs(TestDatabase database) {
        WorkflowInstance<Object> instance =
                ScriptedWorkflow.create(CONFIGURED.on(database), options(), (steps, step) -> {
                    step.sleep("long", "1 hour");
                    return "done";
                });

        assertThat(ended(instance).error().name()).isEqualTo("DeadlineExceededException");
    }

    @OnEveryDatabase
    void anInstanceThatMustWaitForOthersEnds(TestDatabase database) throws Exception {
        ConfigurableApplicationContext application = ONE_AT_ONCE.on(database);
        WorkflowInstance<Object> sleeping =
                ScriptedWorkflow.create(application, options().withDeadline(Duration.ofSeconds(3)), (steps, step) -> {
                    step.sleep("long", "1 hour");
                    return "done";
                });
        await().until(() -> sleeping.status().status() == Status.WAITING);
        WorkflowInstance<Object> holding = ScriptedWorkflow.create(application, (steps, step) -> {
            steps.act(this::hold);
            return "done";
        });
        assertThat(inBody.await(30, TimeUnit.SECONDS)).isTrue();
        WorkflowInstance<Object> queued = ScriptedWorkflow.create(
                application, options().withDeadline(SOON), (steps, step) -> entered.incrementAndGet());

        assertThat(ended(queued).error().name()).isEqualTo("DeadlineExceededException");
        assertThat(ended(sleeping).error().name()).isEqualTo("DeadlineExceededException");

        assertThat(holding.status().status()).isEqualTo(Status.RUNNING);
        assertThat(entered).hasValue(1);
        never.countDown();
        assertThat(holding.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo("done");
    }

    @OnEveryDatabase
    void anInstanceWhoseDeadlinePassedWhileNoNodeWasThereEnds(TestDatabase database) {
        String url = database.newUrl();
        String id = UUID.randomUUID().toString();
        try (ConfigurableApplicationContext first = holding(url)) {
            WorkflowInstance<String> instance =
                    holding(first).create(CreateOptions.of("").withId(id).withDeadline(Duration.ofSeconds(2)));
            await().until(() -> instance.status().status() == Status.WAITING);
        }
        try (ConfigurableApplicationContext second = holding(url)) {
            assertThat(ended(holding(second).get(id)).error().message())
                    .isEqualTo(
                            "Instance \"%s\" of workflow \"holding-workflow\" had not ended within its deadline of 2s"
                                    .formatted(id));
        }
    }

    private static ConfigurableApplicationContext holding(String url) {
        return TestApplication.on(url, HoldingWorkflow.class).start();
    }

    @SuppressWarnings("unchecked")
    private static WorkflowBinding<String, String> holding(ConfigurableApplicationContext application) {
        return application.getBean("HOLDING_WORKFLOW", WorkflowBinding.class);
    }

    @OnEveryDatabase
    void aChildHasADeadlineOfItsOwnAndItsParentIsTold(TestDatabase database) throws Exception {
        ConfigurableApplicationContext application = APPLICATION.on(database);
        Object output = ScriptedWorkflow.run(application, (steps, step) -> {
            try {
                return step.await(step.start(holding(application), "a child"));
            } catch (ChildFailedException e) {
                return e.error().name();
            }
        });

        assertThat(output).isEqualTo("DeadlineExceededException");
    }

    @OnEveryDatabase
    void anInstanceThatEndsInTimeIsLeftAlone(TestDatabase database) throws Exception {
        WorkflowInstance<Object> instance = create(database, Duration.ofSeconds(2), (steps, step) -> "in time");
        assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo("in time");

        assertExceeded(database, create(database, Duration.ofSeconds(3), (steps, step) -> {
            step.sleep("long", "1 hour");
            return "too late";
        }));

        assertThat(instance.status().status()).isEqualTo(Status.COMPLETE);
    }

    @OnEveryDatabase
    void theClockOfTheDatabaseDecides(TestDatabase database) throws Exception {
        WorkflowInstance<Object> instance = create(database, SOON, (steps, step) -> {
            steps.act(this::hold);
            return "in time";
        });
        // for this node the deadline stays where it was
        jdbc(database)
                .sql("update workflow_instance set deadline_at = deadline_at + interval '1' hour where id = ?")
                .param(instance.id())
                .update();
        assertThat(inBody.await(30, TimeUnit.SECONDS)).isTrue();
        Instant before = Instant.now();
        await().until(() -> Instant.now().isAfter(before.plus(SOON.multipliedBy(2))));
        never.countDown();

        assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo("in time");
        assertThat(interrupted).isFalse();
    }

    @OnEveryDatabase
    void whatWasDoneIsUndone(TestDatabase database) {
        WorkflowInstance<Object> instance = create(database, SOON, (steps, step) -> {
            step.call("first", String.class, undoing("first"), () -> "a");
            return step.call("second", String.class, undoing("second"), () -> {
                hold();
                return "b";
            });
        });

        assertExceeded(database, instance);
        assertThat(instance.status().rollback()).isEqualTo(new Rollback(Rollback.Outcome.COMPLETE, List.of()));
        assertThat(undone).containsExactly("second null", "first a");
    }

    @OnEveryDatabase
    void whatAWaitingInstanceHasDoneIsUndoneToo(TestDatabase database) {
        WorkflowInstance<Object> instance = create(database, SOON, (steps, step) -> {
            step.call("first", String.class, undoing("first"), () -> "a" + entered.incrementAndGet());
            step.sleep("long", "1 hour");
            return steps.number(entered::incrementAndGet);
        });

        assertExceeded(database, instance);
        assertThat(instance.status().rollback()).isEqualTo(new Rollback(Rollback.Outcome.COMPLETE, List.of()));
        assertThat(undone).containsExactly("first a1");
        assertThat(entered).hasValue(1);
    }

    @OnEveryDatabase
    void whatAReplayThatIsCutShortHasNotComeToIsUndoneToo(TestDatabase database) {
        WorkflowInstance<Object> instance = create(database, Duration.ofSeconds(2), (steps, step) -> {
            if (entered.get() == 1) {
                inBody.countDown();
                // outside of any step: nothing interrupts it
                never.await(2500, TimeUnit.MILLISECONDS);
            }
            step.call("first", String.class, undoing("first"), () -> "a" + entered.incrementAndGet());
            step.sleep("short", "100ms");
            return steps.number(entered::incrementAndGet);
        });

        assertExceeded(database, instance);
        assertThat(inBody.getCount()).isZero();
        assertThat(undone).containsExactly("first a1");
        assertThat(entered).hasValue(1);
    }

    @OnEveryDatabase
    void aRollbackMayTakeLongerThanTheDeadlineAndRetry(TestDatabase database) {
        StepOptions undoing = ONCE.withRollback(
                result -> {
                    undone.add("attempt");
                    if (undone.size() == 1) {
                        throw new IllegalStateException("not yet");
                    }
                },
                ONCE.withRetries(1).withDelay("200ms"));
        WorkflowInstance<Object> instance = create(database, SOON, (steps, step) -> {
            step.call("first", String.class, undoing, () -> "a");
            step.sleep("long", "1 hour");
            return "done";
        });

        assertExceeded(database, instance);
        assertThat(undone).hasSize(2);
    }

    private StepOptions undoing(String what) {
        return ONCE.withRollback(result -> undone.add(what + " " + result), ONCE);
    }

    @OnEveryDatabase
    void aRestartedInstanceHasAsLongAgain(TestDatabase database) throws Exception {
        WorkflowInstance<Object> instance = create(database, Duration.ofSeconds(2), (steps, step) -> {
            if (entered.incrementAndGet() == 1) {
                step.sleep("long", "1 hour");
            }
            return "in time";
        });
        assertExceeded(database, instance);
        Instant first = deadline(database, instance);
        entered.set(1);

        instance.restart();

        assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo("in time");
        assertThat(deadline(database, instance)).isAfter(first);
    }

    @OnEveryDatabase
    void aTransactionalStepThatIsInterruptedIsRolledBack(TestDatabase database) {
        WorkflowInstance<String> instance = booking(database)
                .create(CreateOptions.of("a room")
                        .withId(UUID.randomUUID().toString())
                        .withDeadline(SOON));

        assertThat(ended(instance).error().name()).isEqualTo("DeadlineExceededException");
        assertInterruptedOnce(database, instance);
    }

    @SuppressWarnings("unchecked")
    private static WorkflowBinding<String, String> booking(TestDatabase database) {
        return (WorkflowBinding<String, String>) APPLICATION.on(database).getBean("BOOKING_WORKFLOW");
    }

    private static void assertInterruptedOnce(TestDatabase database, WorkflowInstance<?> instance) {
        assertThat(texts(database, instance, "error_name", "workflow_attempt")).containsExactly("Interrupted");
        assertThat(jdbc(database)
                        .sql("select count(*) from booked where id = ?")
                        .param(instance.id())
                        .query(Integer.class)
                        .single())
                .isZero();
    }

    @OnEveryDatabase
    void theDeadlineOfAWorkflowIsThatOfItsInstancesUnlessTheySayOtherwise(TestDatabase database) {
        WorkflowBinding<String, String> holding = holding(APPLICATION.on(database));
        WorkflowInstance<String> patient = holding.create(CreateOptions.of("").withDeadline(Duration.ofHours(1)));
        WorkflowInstance<String> instance = holding.create("");

        assertThat(ended(instance).error().name()).isEqualTo("DeadlineExceededException");
        assertThat(patient.status().status()).isEqualTo(Status.WAITING);
        assertThat(deadline(database, patient))
                .isBetween(
                        Instant.now().plus(Duration.ofMinutes(50)),
                        Instant.now().plus(Duration.ofHours(1)));
        patient.terminate();
    }

    @Test
    void aDeadlineIsLongerThanZeroAndAtMostAHundredYears() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> options().withDeadline(Duration.ZERO))
                .withMessage("The deadline of an instance must be longer than 0, and at most 100 years: PT0S");
        assertThatIllegalArgumentException().isThrownBy(() -> options().withDeadline(Duration.ofSeconds(-1)));
        assertThatIllegalArgumentException().isThrownBy(() -> options().withDeadline(Duration.ofDays(36501)));
    }
}
