package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.workflows.Status;
import dev.workflows.Step;
import dev.workflows.StepContext;
import dev.workflows.WaitOptions;
import dev.workflows.WorkflowInstance;
import dev.workflows.test.FaultyDatabase;
import dev.workflows.test.OnEveryDatabase;
import dev.workflows.test.OwnThread;
import dev.workflows.test.SharedApplication;
import dev.workflows.test.TestApplication;
import dev.workflows.test.TestDatabase;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.annotation.Transactional;

/** What becomes of an instance when the database is away, or when nobody knows whether a commit has happened. */
class FaultyDatabaseTests {

    @RegisterExtension
    private static final SharedApplication APPLICATION = SharedApplication.of(
                    ScriptedWorkflow.class, LedgerWorkflow.class, PageWorkflow.class, Books.class, FaultyDatabase.class)
            .withTables("create table ledger (id varchar(100) not null)")
            .with("workflows.worker.lease=1 second");

    static class Books {

        @Step(name = "book once", retries = 0)
        @Transactional
        String book(Callable<String> body) throws Exception {
            return body.call();
        }
    }

    private final AtomicInteger entered = new AtomicInteger();

    @OnEveryDatabase
    void whatAStepDidDuringAnOutageIsStoredWhenTheDatabaseIsBack(TestDatabase database) throws Exception {
        ConfigurableApplicationContext application = APPLICATION.on(database);
        FaultyDatabase faulty = application.getBean(FaultyDatabase.class);
        String id = UUID.randomUUID().toString();

        ScriptedWorkflow.create(
                application,
                id,
                (steps, step) -> steps.number(() -> {
                    faulty.goAway();
                    CompletableFuture.delayedExecutor(400, TimeUnit.MILLISECONDS)
                            .execute(faulty::comeBack);
                    return entered.incrementAndGet();
                }));

        awaitComplete(application, id);
        assertThat(entered).hasValue(1);
    }

    @OnEveryDatabase
    void aCheckpointWhoseCommitWasInDoubtIsNotMadeTwice(TestDatabase database) throws Exception {
        ConfigurableApplicationContext application = losing(database, "insert into workflow_step");

        Object output = ScriptedWorkflow.run(application, (steps, step) -> steps.number(entered::incrementAndGet));

        assertThat(output).isEqualTo(1);
        assertThat(entered).hasValue(1);
        assertAnswerWasLost(application);
    }

    @OnEveryDatabase
    void aTransactionalStepWhoseCommitWasInDoubtHasItsEffectOnce(TestDatabase database) throws Exception {
        ConfigurableApplicationContext application = losing(database, "insert into workflow_step");
        String id = UUID.randomUUID().toString();

        LedgerWorkflow.create(application, id).await(ScriptedWorkflow.LONG_ENOUGH);

        assertThat(application
                        .getBean(JdbcClient.class)
                        .sql("select count(*) from ledger where id = ?")
                        .param(id)
                        .query(Integer.class)
                        .single())
                .isEqualTo(1);
        assertAnswerWasLost(application);
    }

    @OnEveryDatabase
    void aTransactionThatCannotBeginIsNoAttempt(TestDatabase database) throws Exception {
        ConfigurableApplicationContext application = APPLICATION.on(database);
        FaultyDatabase faulty = application.getBean(FaultyDatabase.class);
        WorkflowEngine engine = application.getBean(WorkflowEngine.class);

        WorkflowInstance<Object> instance = ScriptedWorkflow.create(application, (steps, step) -> {
            if (entered.get() == 0) {
                faulty.goAway();
                OwnThread.start(() -> {
                    await().until(() -> engine.nodeState().orElseThrow().isExpired());
                    faulty.comeBack();
                });
            }
            return application
                    .getBean(Books.class)
                    .book(() -> entered.incrementAndGet() + " at attempt "
                            + StepContext.current().attempt());
        });

        awaitComplete(application, instance.id());
        assertThat(instance.status().output()).isEqualTo("1 at attempt 1");
    }

    @OnEveryDatabase
    void whoWaitedForATransactionWhileAnotherNodeTookOverEntersNoBody(TestDatabase database) throws Exception {
        String url = database.newUrl();
        CountDownLatch over = new CountDownLatch(1);
        try (ConfigurableApplicationContext first = start(url, FaultyDatabase.class)) {
            FaultyDatabase faulty = first.getBean(FaultyDatabase.class);
            ScriptedWorkflow.create(first, "one", (steps, step) -> {
                faulty.hangUntil(over);
                return first.getBean(Books.class).book(() -> "first " + entered.incrementAndGet());
            });
            await().until(faulty::isHanging);
            try (ConfigurableApplicationContext second = start(url)) {
                ScriptedWorkflow.script(
                        second,
                        "one",
                        (steps, step) -> second.getBean(Books.class).book(() -> "second"));
                WorkflowInstance<Object> instance =
                        ScriptedWorkflow.binding(second).get("one");
                assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo("second");

                over.countDown();
                WorkflowEngine engine = first.getBean(WorkflowEngine.class);
                await().until(() -> engine.nodeState().orElseThrow().running() == 0);
                assertThat(entered).hasValue(0);
                assertThat(instance.status().output()).isEqualTo("second");
            }
        }
    }

    private static ConfigurableApplicationContext start(String url, Class<?>... more) {
        Class<?>[] beans = Stream.concat(Stream.of(ScriptedWorkflow.class, Books.class), Stream.of(more))
                .toArray(Class<?>[]::new);
        return TestApplication.on(url, beans)
                .with("workflows.worker.lease=1 second")
                .start();
    }

    @OnEveryDatabase
    void anInstanceWhoseCreationWasInDoubtRuns(TestDatabase database) {
        ConfigurableApplicationContext application = losing(database, "insert into workflow_instance");
        String id = UUID.randomUUID().toString();

        assertThatThrownBy(() -> ScriptedWorkflow.create(
                        application, id, (steps, step) -> steps.number(entered::incrementAndGet)))
                .isInstanceOf(RuntimeException.class);

        awaitComplete(application, id);
        assertThat(entered).hasValue(1);
        assertAnswerWasLost(application);
    }

    @OnEveryDatabase
    void anInstanceWhoseClaimWasInDoubtGoesOn(TestDatabase database) throws Exception {
        ConfigurableApplicationContext application = APPLICATION.on(database);
        FaultyDatabase faulty = application.getBean(FaultyDatabase.class);

        Object output = ScriptedWorkflow.run(application, (steps, step) -> {
            if (entered.getAndIncrement() == 0) {
                faulty.loseAnswerToCommitOf("due_at=null,");
            }
            step.sleep("short", "100");
            return "done";
        });

        assertThat(output).isEqualTo("done");
        assertAnswerWasLost(application);
    }

    @OnEveryDatabase
    void anAttemptWhoseFailureWasInDoubtCountsOnce(TestDatabase database) throws Exception {
        ConfigurableApplicationContext application = losing(database, "insert into workflow_attempt");

        Object output = ScriptedWorkflow.run(
                application,
                (steps, step) -> steps.retriedFiveTimes(() -> {
                    if (entered.incrementAndGet() < 3) {
                        throw new IllegalStateException("not yet");
                    }
                    return StepContext.current().attempt();
                }));

        assertThat(output).isEqualTo(3);
        assertAnswerWasLost(application);
    }

    @OnEveryDatabase
    void anAttemptThatIsRepeatedAtOnceCountsOnceToo(TestDatabase database) throws Exception {
        ConfigurableApplicationContext application = losing(database, "insert into workflow_attempt");

        Object output = ScriptedWorkflow.run(
                application,
                (steps, step) -> steps.retriedAtOnce(() -> {
                    if (entered.incrementAndGet() < 3) {
                        throw new IllegalStateException("not yet");
                    }
                    return StepContext.current().attempt();
                }));

        assertThat(output).isEqualTo(3);
        assertThat(entered).hasValue(3);
        assertAnswerWasLost(application);
    }

    @OnEveryDatabase
    void aSleepWhoseBeginningWasInDoubtIsSleptOnce(TestDatabase database) throws Exception {
        ConfigurableApplicationContext application = losing(database, "epoch, wake_at)");

        Object output = ScriptedWorkflow.run(application, (steps, step) -> {
            step.sleep("short", Duration.ofMillis(100));
            return steps.number(entered::incrementAndGet);
        });

        assertThat(output).isEqualTo(1);
        assertAnswerWasLost(application);
    }

    @OnEveryDatabase
    void aSleepInABranchWhoseBeginningWasInDoubtIsSleptOnce(TestDatabase database) throws Exception {
        ConfigurableApplicationContext application = losing(database, "epoch, wake_at)");

        Object output = ScriptedWorkflow.run(
                application,
                (steps, step) -> step.all(
                        () -> {
                            step.sleep("short", Duration.ofMillis(100));
                            return steps.number(entered::incrementAndGet);
                        },
                        () -> 7));

        assertThat(output).isEqualTo(List.of(1, 7));
        assertAnswerWasLost(application);
    }

    @OnEveryDatabase
    void aRetryInABranchThatWasInDoubtIsMadeOnce(TestDatabase database) throws Exception {
        ConfigurableApplicationContext application = losing(database, "set next_at");

        Object output = ScriptedWorkflow.run(
                application,
                (steps, step) -> step.all(
                        () -> steps.retriedFiveTimes(() -> {
                            if (entered.incrementAndGet() == 1) {
                                throw new IOException("again");
                            }
                            return StepContext.current().attempt();
                        }),
                        () -> 7));

        assertThat(output).isEqualTo(List.of(2, 7));
        assertThat(entered).hasValue(2);
        assertAnswerWasLost(application);
    }

    @OnEveryDatabase
    void theWinnerOfARaceThatWasInDoubtStands(TestDatabase database) throws Exception {
        ConfigurableApplicationContext application = losing(database, "insert into workflow_step");

        Object output = ScriptedWorkflow.run(application, (steps, step) -> {
            String winner = step.race(
                    "sprint",
                    () -> {
                        step.sleep("long", Duration.ofHours(1));
                        return "slow";
                    },
                    () -> "fast");
            step.sleep("a replay", Duration.ofMillis(10));
            return winner;
        });

        assertThat(output).isEqualTo("fast");
        assertAnswerWasLost(application);
    }

    @OnEveryDatabase
    void anEventWhoseReceiptWasInDoubtIsTakenOnce(TestDatabase database) throws Exception {
        ConfigurableApplicationContext application = APPLICATION.on(database);
        CountDownLatch sent = new CountDownLatch(1);
        WorkflowInstance<Object> instance = ScriptedWorkflow.create(application, (steps, step) -> {
            steps.act(sent::await);
            WaitOptions<Integer> number = WaitOptions.forType("number", Integer.class);
            return List.of(
                    step.waitForEvent("one", number).payload(),
                    step.waitForEvent("other", number).payload());
        });
        instance.sendEvent("number", 1);
        instance.sendEvent("number", 2);
        losing(database, "update workflow_event");
        sent.countDown();

        assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo(List.of(1, 2));
        assertAnswerWasLost(application);
    }

    @OnEveryDatabase
    void aChildWhoseStartWasInDoubtIsStartedOnce(TestDatabase database) throws Exception {
        ConfigurableApplicationContext application = losing(database, "child_pk, output,");
        WorkflowInstance<Object> parent = ScriptedWorkflow.create(
                application,
                (steps, step) -> step.await(
                                step.start(PageWorkflow.binding(application), PageWorkflow.Topic.of("cats")))
                        .blocks()
                        .size());

        assertThat(parent.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo(2);
        assertThat(parent.children()).hasSize(1);
        assertAnswerWasLost(application);
    }

    @OnEveryDatabase
    void aChildWhoseEndWasInDoubtWakesItsParent(TestDatabase database) throws Exception {
        ConfigurableApplicationContext application = losing(database, "and s.child_pk = ");

        Object output = ScriptedWorkflow.run(
                application,
                (steps, step) -> step.await(
                                step.start(PageWorkflow.binding(application), PageWorkflow.Topic.of("cats")))
                        .blocks()
                        .size());

        assertThat(output).isEqualTo(2);
        assertAnswerWasLost(application);
    }

    @OnEveryDatabase
    void aWaitForAChildWhoseBeginningWasInDoubtEnds(TestDatabase database) throws Exception {
        ConfigurableApplicationContext application = losing(database, "child_pk, attempts,");

        Object output = ScriptedWorkflow.run(
                application,
                (steps, step) -> step.await(
                                step.start(PageWorkflow.binding(application), PageWorkflow.Topic.of("cats")))
                        .blocks()
                        .size());

        assertThat(output).isEqualTo(2);
        assertAnswerWasLost(application);
    }

    @OnEveryDatabase
    void anEndThatWasInDoubtStands(TestDatabase database) throws Exception {
        ConfigurableApplicationContext application = losing(database, "set status = 'complete'");

        assertThat(ScriptedWorkflow.run(application, (steps, step) -> "the end"))
                .isEqualTo("the end");
        assertAnswerWasLost(application);
    }

    private static ConfigurableApplicationContext losing(TestDatabase database, String statement) {
        ConfigurableApplicationContext application = APPLICATION.on(database);
        application.getBean(FaultyDatabase.class).loseAnswerToCommitOf(statement);
        return application;
    }

    private static void assertAnswerWasLost(ConfigurableApplicationContext application) {
        // what is committed is seen before whoever committed it is told that it failed
        await().until(application.getBean(FaultyDatabase.class)::hasLostTheAnswer);
    }

    private static void awaitComplete(ConfigurableApplicationContext application, String id) {
        Awaitility.await()
                .atMost(ScriptedWorkflow.LONG_ENOUGH)
                .ignoreExceptions()
                .untilAsserted(() -> {
                    WorkflowInstance<Object> instance =
                            ScriptedWorkflow.binding(application).get(id);
                    assertThat(instance.status().status()).isEqualTo(Status.COMPLETE);
                });
    }
}
