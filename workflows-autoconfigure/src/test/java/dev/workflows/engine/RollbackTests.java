package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.workflows.InstanceEndedException;
import dev.workflows.InstanceFailedException;
import dev.workflows.InstanceStatus;
import dev.workflows.Rollback;
import dev.workflows.Status;
import dev.workflows.Step;
import dev.workflows.StepContext;
import dev.workflows.StepFailedException;
import dev.workflows.StepOptions;
import dev.workflows.Workflow;
import dev.workflows.WorkflowBinding;
import dev.workflows.WorkflowEntrypoint;
import dev.workflows.WorkflowEvent;
import dev.workflows.WorkflowInstance;
import dev.workflows.WorkflowStep;
import dev.workflows.engine.ScriptedWorkflow.Script;
import dev.workflows.test.OnEveryDatabase;
import dev.workflows.test.SharedApplication;
import dev.workflows.test.TestDatabase;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.annotation.Transactional;

/** What is undone when an instance fails. */
class RollbackTests {

    @RegisterExtension
    static final SharedApplication APPLICATION = SharedApplication.of(ScriptedWorkflow.class, Booking.class)
            .withTables("create table refunds (booking varchar(100), amount integer)");

    private static final StepOptions ONCE = StepOptions.defaults().withRetries(0);

    private final List<String> undone = new CopyOnWriteArrayList<>();

    private StepOptions undoing(String what) {
        return ONCE.withRollback(result -> undone.add(what + " " + result), ONCE);
    }

    private static WorkflowInstance<Object> create(TestDatabase database, Script script) {
        return ScriptedWorkflow.create(APPLICATION.on(database), script);
    }

    private static InstanceStatus<Object> ended(WorkflowInstance<Object> instance) {
        await().atMost(ScriptedWorkflow.LONG_ENOUGH)
                .until(() -> instance.status().status().isEnded());
        return instance.status();
    }

    private static Object fails() throws IOException {
        throw new IOException("no luck");
    }

    @OnEveryDatabase
    void whatWasStartedIsUndoneTheLatestFirst(TestDatabase database) {
        WorkflowInstance<Object> instance = create(database, (steps, step) -> {
            step.call("first", String.class, undoing("first"), () -> "a");
            step.call("untouched", String.class, ONCE, () -> "-");
            step.sleep("a replay", Duration.ofMillis(10));
            step.call("second", String.class, undoing("second"), () -> "b");
            return step.call("fails", Object.class, undoing("fails"), RollbackTests::fails);
        });

        InstanceStatus<Object> status = ended(instance);

        assertThat(undone).containsExactly("fails null", "second b", "first a");
        assertThat(status.status()).isEqualTo(Status.ERRORED);
        assertThat(status.error()).isEqualTo(new InstanceStatus.InstanceError("IOException", "no luck"));
        assertThat(status.rollback()).isEqualTo(new Rollback(Rollback.Outcome.COMPLETE, List.of()));
    }

    @OnEveryDatabase
    void nothingIsUndoneOnSuccessOrForAnErrorThatWasCaught(TestDatabase database) throws Exception {
        WorkflowInstance<Object> instance = create(database, (steps, step) -> {
            try {
                step.call("fails", Object.class, undoing("fails"), RollbackTests::fails);
            } catch (StepFailedException e) {
                return "caught";
            }
            return "not caught";
        });

        assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo("caught");
        assertThat(undone).isEmpty();
        assertThat(instance.status().rollback()).isNull();
    }

    @OnEveryDatabase
    void anInstanceThatDeclaresNoRollbackHasNoneThoughItHasRaced(TestDatabase database) {
        WorkflowInstance<Object> instance = create(database, (steps, step) -> {
            step.race("race", () -> steps.number(() -> 1), () -> steps.number(() -> 2));
            throw new IllegalStateException("run fails");
        });

        assertThat(ended(instance).rollback()).isNull();
    }

    @OnEveryDatabase
    void aRollbackThatFailsDoesNotStopTheRest(TestDatabase database) {
        WorkflowInstance<Object> instance = create(database, (steps, step) -> {
            step.call("first", String.class, undoing("first"), () -> "a");
            step.call("second", String.class, ONCE.withRollback(result -> fails(), ONCE), () -> "b");
            throw new IllegalStateException("run fails");
        });

        InstanceStatus<Object> status = ended(instance);

        assertThat(undone).containsExactly("first a");
        assertThat(status.error()).isEqualTo(new InstanceStatus.InstanceError("IllegalStateException", "run fails"));
        assertThat(status.rollback())
                .isEqualTo(new Rollback(
                        Rollback.Outcome.FAILED,
                        List.of(new Rollback.FailedRollback("second", "IOException", "no luck"))));
    }

    @OnEveryDatabase
    void aRollbackHasRetriesOfItsOwn(TestDatabase database) {
        StepOptions retried = StepOptions.defaults().withRetries(3).withDelay("20ms");
        WorkflowInstance<Object> instance = create(database, (steps, step) -> {
            step.call("first", String.class, undoing("first"), () -> "a");
            step.call(
                    "second",
                    String.class,
                    ONCE.withRollback(
                            result -> {
                                undone.add("attempt " + StepContext.current().attempt());
                                if (StepContext.current().attempt() < 3) {
                                    fails();
                                }
                            },
                            retried),
                    () -> "b");
            throw new IllegalStateException("run fails");
        });

        assertThat(ended(instance).rollback()).isEqualTo(new Rollback(Rollback.Outcome.COMPLETE, List.of()));
        assertThat(undone).containsExactly("attempt 1", "attempt 2", "attempt 3", "first a");
    }

    @OnEveryDatabase
    void branchesAreUndoneToo(TestDatabase database) {
        WorkflowInstance<Object> instance = create(database, (steps, step) -> {
            step.all(
                    () -> step.call("left", String.class, undoing("left"), () -> "a"),
                    () -> step.call("right", String.class, undoing("right"), () -> "b"));
            throw new IllegalStateException("run fails");
        });

        ended(instance);

        assertThat(undone).containsExactlyInAnyOrder("left a", "right b");
    }

    @OnEveryDatabase
    void whatTheLoserOfARaceHasDoneIsUndoneAlsoAfterAReplay(TestDatabase database) {
        CountDownLatch loserIsDone = new CountDownLatch(1);
        WorkflowInstance<Object> instance = create(database, (steps, step) -> {
            step.race(
                    "race",
                    () -> {
                        step.call("loser", String.class, undoing("loser"), () -> "a");
                        loserIsDone.countDown();
                        step.sleep("long", Duration.ofHours(1));
                        return 1;
                    },
                    () -> {
                        step.call("winner waits", loserIsDone::await);
                        return 2;
                    });
            step.sleep("a replay", Duration.ofMillis(10));
            throw new IllegalStateException("run fails");
        });

        ended(instance);

        assertThat(undone).containsExactly("loser a");
    }

    @OnEveryDatabase
    void aSleepingInstanceIsTerminatedWithRollback(TestDatabase database) {
        WorkflowInstance<Object> instance = create(database, (steps, step) -> {
            step.call("first", String.class, undoing("first"), () -> "a");
            step.sleep("long", Duration.ofHours(1));
            return step.call("never", String.class, undoing("never"), () -> "b");
        });
        await().until(() -> instance.status().status() == Status.WAITING);

        instance.terminateWithRollback();

        InstanceStatus<Object> status = ended(instance);
        assertThat(status.status()).isEqualTo(Status.TERMINATED);
        assertThat(status.error()).isNull();
        assertThat(status.rollback()).isEqualTo(new Rollback(Rollback.Outcome.COMPLETE, List.of()));
        assertThat(undone).containsExactly("first a");
        assertThatThrownBy(instance::terminateWithRollback).isInstanceOf(InstanceEndedException.class);
    }

    @OnEveryDatabase
    void aStepThatIsRunningWhenItsInstanceIsTerminatedIsUndoneWithoutAResult(TestDatabase database) throws Exception {
        CountDownLatch inBody = new CountDownLatch(1);
        WorkflowInstance<Object> instance = create(database, (steps, step) -> {
            step.call("first", String.class, undoing("first"), () -> "a");
            return step.call("running", Object.class, undoing("running"), () -> {
                inBody.countDown();
                new CountDownLatch(1).await();
                return null;
            });
        });
        assertThat(inBody.await(30, TimeUnit.SECONDS)).isTrue();

        instance.terminateWithRollback();

        assertThat(ended(instance).status()).isEqualTo(Status.TERMINATED);
        assertThat(undone).containsExactly("running null", "first a");
    }

    @OnEveryDatabase
    void aRestartForgetsTheRollback(TestDatabase database) throws Exception {
        CountDownLatch mended = new CountDownLatch(1);
        WorkflowInstance<Object> instance = create(database, (steps, step) -> {
            step.call("first", String.class, undoing("first"), () -> "a");
            if (mended.getCount() > 0) {
                throw new IllegalStateException("run fails");
            }
            return "mended";
        });
        ended(instance);
        mended.countDown();

        instance.restart();

        assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo("mended");
        assertThat(instance.status().rollback()).isNull();
    }

    @Workflow
    static class Booking implements WorkflowEntrypoint<String, String> {

        private final JdbcClient jdbc;
        private final List<String> undone = new CopyOnWriteArrayList<>();

        Booking(JdbcClient jdbc) {
            this.jdbc = jdbc;
        }

        List<String> undone() {
            return undone;
        }

        @Override
        public String run(WorkflowEvent<String> event, WorkflowStep step) {
            String booking = event.payload();
            note(booking);
            charge(booking, 7);
            reserve(booking);
            return "never";
        }

        @Step(retries = 0, rollback = "forget")
        void note(String booking) {}

        void forget() {
            undone.add("forget");
        }

        @Step(retries = 0, rollback = "refund")
        int charge(String booking, int amount) {
            return amount * 2;
        }

        @Step(retries = 2, delay = "10ms")
        @Transactional
        void refund(@Nullable Integer charged, String booking, int amount) {
            jdbc.sql("insert into refunds values (?, ?)")
                    .params(booking, charged)
                    .update();
            if (StepContext.current().attempt() == 1) {
                throw new IllegalStateException("rolled back with what it wrote");
            }
            undone.add("refund " + charged + " " + booking + " " + amount);
        }

        @Step(retries = 0, rollback = "release")
        String reserve(String booking) {
            throw new IllegalStateException("sold out");
        }

        private void release(@Nullable String reservation, String booking) {
            undone.add("release " + reservation + " " + booking);
        }
    }

    @OnEveryDatabase
    void methodsAreUndoneByTheMethodsThatTheyName(TestDatabase database) {
        @SuppressWarnings("unchecked")
        WorkflowBinding<String, String> bookings =
                (WorkflowBinding<String, String>) APPLICATION.on(database).getBean("BOOKING");
        WorkflowInstance<String> instance = bookings.create("trip");

        assertThatThrownBy(() -> instance.await(ScriptedWorkflow.LONG_ENOUGH))
                .isInstanceOf(InstanceFailedException.class)
                .hasMessageContaining("sold out");

        assertThat(APPLICATION.on(database).getBean(Booking.class).undone())
                .containsExactly("release null trip", "refund 14 trip 7", "forget");
        assertThat(APPLICATION
                        .on(database)
                        .getBean(JdbcClient.class)
                        .sql("select amount from refunds")
                        .query(Integer.class)
                        .list())
                .containsExactly(14);
    }
}
