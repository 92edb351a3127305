package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.workflows.AwaitTimeoutException;
import dev.workflows.CreateOptions;
import dev.workflows.InstanceAlreadyExistsException;
import dev.workflows.InstanceFailedException;
import dev.workflows.InstanceNotFoundException;
import dev.workflows.Retention;
import dev.workflows.Status;
import dev.workflows.Workflow;
import dev.workflows.WorkflowBinding;
import dev.workflows.WorkflowEntrypoint;
import dev.workflows.WorkflowEvent;
import dev.workflows.WorkflowInstance;
import dev.workflows.WorkflowStep;
import dev.workflows.store.WorkflowStore;
import dev.workflows.test.OnEveryDatabase;
import dev.workflows.test.SharedApplication;
import dev.workflows.test.TestDatabase;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.TransactionTemplate;

/** Instances from their creation to their deletion, on a node that hardly ever polls. */
class CreateTests {

    private static final int CONCURRENCY = 3;

    @RegisterExtension
    static final SharedApplication APPLICATION = SharedApplication.of(ScriptedWorkflow.class, OtherWorkflow.class)
            .withTables("create table ledger (entry varchar(100) primary key)")
            .with("workflows.worker.poll-interval=1 hour", "workflows.worker.concurrency=" + CONCURRENCY);

    @Workflow
    static class OtherWorkflow implements WorkflowEntrypoint<String, String> {
        @Override
        public String run(WorkflowEvent<String> event, WorkflowStep step) {
            return event.payload() + " of " + event.workflowName();
        }
    }

    private final AtomicInteger started = new AtomicInteger();
    private final String id = UUID.randomUUID().toString();

    @OnEveryDatabase
    void anInstanceStartsWithoutAPoll(TestDatabase database) throws Exception {
        assertThat(ScriptedWorkflow.run(APPLICATION.on(database), (steps, step) -> "started"))
                .isEqualTo("started");
    }

    @OnEveryDatabase
    void anInstanceStartsWhenTheTransactionThatCreatedItCommits(TestDatabase database) throws Exception {
        ConfigurableApplicationContext application = APPLICATION.on(database);
        CountDownLatch running = new CountDownLatch(1);
        List<WorkflowInstance<Object>> created = new ArrayList<>();
        inTransaction(database, status -> {
            created.add(ScriptedWorkflow.create(application, id, (steps, step) -> {
                running.countDown();
                return "started";
            }));
            // others do not see it, and nothing runs it
            assertThat(onAnotherThread(
                            () -> ScriptedWorkflow.binding(application).get(id)))
                    .isInstanceOf(InstanceNotFoundException.class);
            assertThat(running.getCount()).isOne();
        });

        assertThat(created.get(0).await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo("started");
    }

    @OnEveryDatabase
    void anInstanceWhoseTransactionRollsBackNeverExisted(TestDatabase database) throws Exception {
        ConfigurableApplicationContext application = APPLICATION.on(database);
        List<WorkflowInstance<Object>> created = new ArrayList<>();

        // more often than there are slots: none may be lost
        for (int i = 0; i <= 2 * CONCURRENCY; i++) {
            String rolledBack = id + "-" + i;
            inTransaction(database, status -> {
                created.add(
                        ScriptedWorkflow.create(application, rolledBack, (steps, step) -> started.incrementAndGet()));
                status.setRollbackOnly();
            });
        }

        assertThat(ScriptedWorkflow.run(application, (steps, step) -> "another"))
                .isEqualTo("another");
        assertThat(started).hasValue(0);
        assertThat(created).allSatisfy(instance -> {
            assertThatExceptionOfType(InstanceNotFoundException.class).isThrownBy(instance::status);
            assertThatExceptionOfType(InstanceNotFoundException.class)
                    .isThrownBy(() -> instance.await(Duration.ofSeconds(1)));
            assertThatExceptionOfType(InstanceNotFoundException.class)
                    .isThrownBy(() -> ScriptedWorkflow.binding(application).get(instance.id()));
        });
    }

    @OnEveryDatabase
    void anIdIsTakenOnceInAWorkflow(TestDatabase database) throws Exception {
        ConfigurableApplicationContext application = APPLICATION.on(database);
        ScriptedWorkflow.create(application, id, (steps, step) -> started.incrementAndGet())
                .await(ScriptedWorkflow.LONG_ENOUGH);

        assertThatExceptionOfType(InstanceAlreadyExistsException.class)
                .isThrownBy(() -> ScriptedWorkflow.create(application, id, (steps, step) -> 0))
                .withMessageStartingWith("Workflow \"scripted-workflow\" already has an instance \"" + id + "\"")
                .satisfies(e -> assertThat(e.instanceId()).isEqualTo(id));
        assertThat(ScriptedWorkflow.binding(application).get(id).await(Duration.ZERO))
                .isEqualTo(1);
    }

    @OnEveryDatabase
    void anotherWorkflowMayUseTheSameId(TestDatabase database) throws Exception {
        ConfigurableApplicationContext application = APPLICATION.on(database);
        WorkflowInstance<Object> scripted = ScriptedWorkflow.create(application, id, (steps, step) -> "scripted");
        WorkflowInstance<String> other =
                other(application).create(CreateOptions.of("event").withId(id));

        assertThat(scripted.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo("scripted");
        assertThat(other.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo("event of other-workflow");
    }

    @OnEveryDatabase
    void anUnknownInstanceIsNotFound(TestDatabase database) {
        assertThatExceptionOfType(InstanceNotFoundException.class)
                .isThrownBy(
                        () -> ScriptedWorkflow.binding(APPLICATION.on(database)).get("unknown"))
                .withMessageStartingWith("Workflow \"scripted-workflow\" has no instance \"unknown\"")
                .satisfies(e -> assertThat(e.instanceId()).isEqualTo("unknown"));
    }

    @OnEveryDatabase
    void aDuplicateDoesNotSpoilTheTransactionThatMeetsIt(TestDatabase database) throws Exception {
        ConfigurableApplicationContext application = APPLICATION.on(database);
        JdbcClient jdbc = application.getBean(JdbcClient.class);
        ScriptedWorkflow.create(application, id, (steps, step) -> "first").await(ScriptedWorkflow.LONG_ENOUGH);

        inTransaction(database, status -> {
            insert(jdbc, id + "-before");
            assertThatExceptionOfType(InstanceAlreadyExistsException.class)
                    .isThrownBy(() -> ScriptedWorkflow.create(application, id, (steps, step) -> "second"));
            insert(jdbc, id + "-after");
            ScriptedWorkflow.create(application, id + "-another", (steps, step) -> "another");
        });

        assertThat(jdbc.sql("select count(*) from ledger where entry like ?")
                        .param(id + "%")
                        .query(Integer.class)
                        .single())
                .isEqualTo(2);
        assertThat(ScriptedWorkflow.binding(application).get(id + "-another").await(ScriptedWorkflow.LONG_ENOUGH))
                .isEqualTo("another");
    }

    @OnEveryDatabase
    void moreInstancesThanSlotsAllRun(TestDatabase database) throws Exception {
        ConfigurableApplicationContext application = APPLICATION.on(database);
        List<WorkflowInstance<Object>> created = new ArrayList<>();

        for (int i = 0; i < 10 * CONCURRENCY; i++) {
            created.add(ScriptedWorkflow.create(application, (steps, step) -> steps.number(started::incrementAndGet)));
        }
        inTransaction(database, status -> {
            for (int i = 0; i < 10 * CONCURRENCY; i++) {
                created.add(
                        ScriptedWorkflow.create(application, (steps, step) -> steps.number(started::incrementAndGet)));
            }
        });

        for (WorkflowInstance<Object> instance : created) {
            instance.await(ScriptedWorkflow.LONG_ENOUGH);
        }
        assertThat(started).hasValue(20 * CONCURRENCY);
    }

    @OnEveryDatabase
    void noMoreInstancesRunAtOnceThanThereAreSlots(TestDatabase database) throws Exception {
        ConfigurableApplicationContext application = APPLICATION.on(database);
        CountDownLatch go = new CountDownLatch(1);
        List<WorkflowInstance<Object>> created = new ArrayList<>();
        try {
            for (int i = 0; i < 2 * CONCURRENCY; i++) {
                created.add(ScriptedWorkflow.create(application, (steps, step) -> {
                    started.incrementAndGet();
                    go.await();
                    return null;
                }));
            }
            await().until(() -> started.get() == CONCURRENCY);
            assertThat(created.stream().map(instance -> instance.status().status()))
                    .filteredOn(Status.RUNNING::equals)
                    .hasSize(CONCURRENCY);
            assertThat(created.stream().map(instance -> instance.status().status()))
                    .filteredOn(Status.QUEUED::equals)
                    .hasSize(CONCURRENCY);
        } finally {
            go.countDown();
        }
        for (WorkflowInstance<Object> instance : created) {
            instance.await(ScriptedWorkflow.LONG_ENOUGH);
        }
        assertThat(started).hasValue(2 * CONCURRENCY);
    }

    @OnEveryDatabase
    void awaitingAFailedInstanceThrowsWhatEndedIt(TestDatabase database) {
        WorkflowInstance<Object> instance = ScriptedWorkflow.create(APPLICATION.on(database), id, (steps, step) -> {
            throw new IllegalStateException("no luck");
        });

        assertThatExceptionOfType(InstanceFailedException.class)
                .isThrownBy(() -> instance.await(ScriptedWorkflow.LONG_ENOUGH))
                .withMessage("Instance \"" + id + "\" of workflow \"scripted-workflow\" ended as errored: "
                        + "IllegalStateException: no luck")
                .satisfies(e -> assertThat(e.status()).isEqualTo(instance.status()));
    }

    @OnEveryDatabase
    void anInstanceThatIsAwaitedTooShortlyGoesOn(TestDatabase database) throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        WorkflowInstance<Object> instance = ScriptedWorkflow.create(APPLICATION.on(database), (steps, step) -> {
            go.await();
            return "done";
        });

        assertThatExceptionOfType(AwaitTimeoutException.class)
                .isThrownBy(() -> instance.await(Duration.ofMillis(20)))
                .withMessageEndingWith("it is running, and goes on");
        go.countDown();

        assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo("done");
    }

    @OnEveryDatabase
    void anInstanceIsNotAwaitedInsideATransaction(TestDatabase database) {
        ConfigurableApplicationContext application = APPLICATION.on(database);
        inTransaction(database, status -> {
            WorkflowInstance<Object> instance = ScriptedWorkflow.create(application, (steps, step) -> "done");
            assertThatIllegalStateException()
                    .isThrownBy(() -> instance.await(ScriptedWorkflow.LONG_ENOUGH))
                    .withMessageContaining("was awaited inside a transaction");
        });
    }

    @OnEveryDatabase
    void anEndedInstanceIsDeletedAfterItsRetentionAndItsIdIsFreeAgain(TestDatabase database) throws Exception {
        ConfigurableApplicationContext application = APPLICATION.on(database);
        WorkflowStore store = application.getBean(WorkflowStore.class);
        ScriptedWorkflow.create(application, id, (steps, step) -> 0).await(ScriptedWorkflow.LONG_ENOUGH);
        WorkflowBinding<Object, Object> binding = ScriptedWorkflow.binding(application);
        WorkflowInstance<Object> kept = binding.get(id);
        // the script of an id is found by the id alone, so each of these does the same
        String short1 = runWithRetention(application, new Retention(Duration.ZERO, Duration.ofHours(1)), false);
        String short2 = runWithRetention(application, new Retention(Duration.ofHours(1), Duration.ZERO), true);
        String long1 = runWithRetention(application, new Retention(Duration.ofHours(1), Duration.ZERO), false);
        String long2 = runWithRetention(application, new Retention(Duration.ZERO, Duration.ofHours(1)), true);

        assertThat(store.purge(1)).isOne();
        assertThat(store.purge(100)).isOne();
        assertThat(store.purge(100)).isZero();

        assertThatExceptionOfType(InstanceNotFoundException.class).isThrownBy(() -> binding.get(short1));
        assertThatExceptionOfType(InstanceNotFoundException.class).isThrownBy(() -> binding.get(short2));
        assertThat(binding.get(long1).status().status()).isEqualTo(Status.COMPLETE);
        assertThat(binding.get(long2).status().status()).isEqualTo(Status.ERRORED);
        assertThat(kept.status().status()).isEqualTo(Status.COMPLETE);
        JdbcClient jdbc = application.getBean(JdbcClient.class);
        for (String table : List.of("workflow_step", "workflow_attempt")) {
            assertThat(jdbc.sql("select count(*) from " + table
                                    + " where instance_pk not in (select pk from workflow_instance)")
                            .query(Integer.class)
                            .single())
                    .as("orphans in %s", table)
                    .isZero();
        }
        assertThat(ScriptedWorkflow.create(application, short1, (steps, step) -> "again")
                        .await(ScriptedWorkflow.LONG_ENOUGH))
                .isEqualTo("again");
    }

    private static String runWithRetention(
            ConfigurableApplicationContext application, Retention retention, boolean fail) throws InterruptedException {
        String created = UUID.randomUUID().toString();
        WorkflowInstance<Object> instance = ScriptedWorkflow.create(
                application, CreateOptions.of(null).withId(created).withRetention(retention), (steps, step) -> {
                    step.sleep("pause", "5");
                    return steps.retriedAtOnce(() -> {
                        if (fail) {
                            throw new IllegalStateException("no luck");
                        }
                        return 1;
                    });
                });
        catchThrowableOfType(InstanceFailedException.class, () -> instance.await(ScriptedWorkflow.LONG_ENOUGH));
        return created;
    }

    @OnEveryDatabase
    void whatHasNotEndedIsNotDeleted(TestDatabase database) {
        ConfigurableApplicationContext application = APPLICATION.on(database);
        WorkflowInstance<Object> sleeping = ScriptedWorkflow.create(
                application,
                CreateOptions.of(null).withId(id).withRetention(Retention.of(Duration.ZERO)),
                (steps, step) -> {
                    step.sleep("long", "1 hour");
                    return null;
                });
        await().until(() -> sleeping.status().status() == Status.WAITING);

        application.getBean(WorkflowStore.class).purge(100);

        assertThat(sleeping.status().status()).isEqualTo(Status.WAITING);
    }

    @OnEveryDatabase
    void anInstanceCanBeKeptForACentury(TestDatabase database) throws Exception {
        WorkflowInstance<Object> instance = ScriptedWorkflow.create(
                APPLICATION.on(database),
                CreateOptions.of(null).withId(id).withRetention(Retention.of(Duration.ofDays(100 * 365))),
                (steps, step) -> "done");

        assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo("done");
    }

    @Test
    void aRetentionThatNoDatabaseCanCountIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Retention.of(ChronoUnit.FOREVER.getDuration()))
                .withMessageContaining("at most 100 years");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        new Retention(Duration.ZERO, Duration.ofDays(100 * 365).plusNanos(1)))
                .withMessageContaining("at most 100 years");
        assertThatIllegalArgumentException().isThrownBy(() -> Retention.of(Duration.ofNanos(-1)));
    }

    private static Throwable onAnotherThread(Runnable work) {
        List<Throwable> thrown = new ArrayList<>();
        Thread thread = new Thread(work);
        thread.setUncaughtExceptionHandler((t, e) -> thrown.add(e));
        thread.start();
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return thrown.get(0);
    }

    private static void insert(JdbcClient jdbc, String entry) {
        jdbc.sql("insert into ledger (entry) values (?)").param(entry).update();
    }

    private static void inTransaction(TestDatabase database, Consumer<TransactionStatus> work) {
        new TransactionTemplate(APPLICATION.on(database).getBean(PlatformTransactionManager.class))
                .executeWithoutResult(work);
    }

    @SuppressWarnings("unchecked")
    private static WorkflowBinding<String, String> other(ConfigurableApplicationContext application) {
        return application.getBean("OTHER_WORKFLOW", WorkflowBinding.class);
    }
}
