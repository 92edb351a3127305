package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.workflows.InstanceEndedException;
import dev.workflows.InstanceStatus.InstanceError;
import dev.workflows.ReceivedEvent;
import dev.workflows.Status;
import dev.workflows.WaitOptions;
import dev.workflows.WaitTimeoutException;
import dev.workflows.WorkflowInstance;
import dev.workflows.engine.ScriptedWorkflow.Script;
import dev.workflows.test.OnEveryDatabase;
import dev.workflows.test.SharedApplication;
import dev.workflows.test.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Waits for events, and the events that are sent. */
class EventTests {

    @RegisterExtension
    static final SharedApplication APPLICATION = SharedApplication.of(ScriptedWorkflow.class);

    record Approval(String by, boolean granted) {}

    sealed interface Decision permits Granted, Refused {}

    record Granted(int amount) implements Decision {}

    record Refused(String why) implements Decision {}

    private static final WaitOptions<Approval> APPROVAL = WaitOptions.forType("approval", Approval.class);

    private static WorkflowInstance<Object> create(TestDatabase database, Script script) {
        return ScriptedWorkflow.create(APPLICATION.on(database), script);
    }

    private static void awaitStatus(WorkflowInstance<?> instance, Status status) {
        await().until(() -> instance.status().status() == status);
    }

    @OnEveryDatabase
    void anEventWakesTheInstanceThatWaitsForIt(TestDatabase database) throws Exception {
        AtomicInteger entered = new AtomicInteger();
        WorkflowInstance<Object> instance = create(database, (steps, step) -> {
            steps.number(entered::incrementAndGet);
            return step.waitForEvent("for approval", APPROVAL);
        });
        awaitStatus(instance, Status.WAITING);
        Instant before = Instant.now().minusSeconds(60);

        instance.sendEvent("approval", new Approval("ada", true));

        ReceivedEvent<?> received = event(instance.await(ScriptedWorkflow.LONG_ENOUGH));
        assertThat(received.type()).isEqualTo("approval");
        assertThat(received.timestamp()).isAfter(before);
        assertThat(entered).hasValue(1);
    }

    @SuppressWarnings("unchecked")
    private static ReceivedEvent<Object> event(Object output) {
        var map = (java.util.Map<String, Object>) output;
        return new ReceivedEvent<>(
                map.get("payload"), (String) map.get("type"), Instant.parse((String) map.get("timestamp")));
    }

    @OnEveryDatabase
    void anEventThatWasSentBeforeTheWaitIsKept(TestDatabase database) throws Exception {
        CountDownLatch sent = new CountDownLatch(1);
        WorkflowInstance<Object> instance = create(database, (steps, step) -> {
            steps.act(sent::await);
            return step.waitForEvent("for approval", APPROVAL).payload().by();
        });
        instance.sendEvent("approval", new Approval("ada", true));
        sent.countDown();

        assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo("ada");
    }

    @OnEveryDatabase
    void eventsAreTakenFirstInFirstOutForEachType(TestDatabase database) throws Exception {
        CountDownLatch sent = new CountDownLatch(1);
        WorkflowInstance<Object> instance = create(database, (steps, step) -> {
            steps.act(sent::await);
            WaitOptions<Integer> number = WaitOptions.forType("number", Integer.class);
            WaitOptions<String> text = WaitOptions.forType("text", String.class);
            return List.of(
                    step.waitForEvent("one", number).payload(),
                    step.waitForEvent("one", text).payload(),
                    step.waitForEvent("one", number).payload(),
                    step.waitForEvent("other", number).payload());
        });
        IntStream.rangeClosed(1, 3).forEach(number -> instance.sendEvent("number", number));
        instance.sendEvent("text", "a");
        sent.countDown();

        assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo(List.of(1, "a", 2, 3));
    }

    @OnEveryDatabase
    void aWaitTakesADayUnlessItSaysOtherwise(TestDatabase database) {
        WorkflowInstance<Object> instance =
                create(database, (steps, step) -> step.waitForEvent("for approval", APPROVAL));
        awaitStatus(instance, Status.WAITING);

        double left = APPLICATION
                .on(database)
                .getBean(JdbcClient.class)
                .sql("select extract(epoch from (due_at - current_timestamp)) from workflow_instance where id = ?")
                .param(instance.id())
                .query(Double.class)
                .single();

        assertThat(Duration.ofSeconds((long) left)).isBetween(Duration.ofMinutes(24 * 60 - 2), Duration.ofHours(24));
        assertThatIllegalArgumentException().isThrownBy(() -> APPROVAL.withTimeout("366 days"));
        instance.terminate();
    }

    @OnEveryDatabase
    void aWaitThatTimesOutThrowsAndCanBeCaught(TestDatabase database) throws Exception {
        AtomicInteger passes = new AtomicInteger();
        WorkflowInstance<Object> instance = create(database, (steps, step) -> {
            passes.incrementAndGet();
            try {
                step.waitForEvent("for approval", APPROVAL.withTimeout("50ms"));
                return "approved";
            } catch (WaitTimeoutException e) {
                step.sleep("a replay", Duration.ofMillis(10));
                return e.waitName() + ": " + e.getMessage();
            }
        });

        assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH))
                .isEqualTo("for approval: No event of type \"approval\" came within 0.05s");
        assertThat(passes).hasValue(3);
    }

    @OnEveryDatabase
    void aTimeoutThatNobodyCatchesEndsTheInstance(TestDatabase database) throws Exception {
        InstanceError error = ScriptedWorkflow.failure(
                APPLICATION.on(database),
                (steps, step) -> step.waitForEvent("for approval", APPROVAL.withTimeout(Duration.ofMillis(10))));

        assertThat(error.name()).isEqualTo("WaitTimeoutException");
    }

    @OnEveryDatabase
    void anEventThatComesAfterATimeoutIsForTheNextWaitOfItsType(TestDatabase database) throws Exception {
        WorkflowInstance<Object> instance = create(database, (steps, step) -> {
            try {
                step.waitForEvent("first", APPROVAL.withTimeout(Duration.ofMillis(10)));
                return "too early";
            } catch (WaitTimeoutException e) {
                steps.flag(() -> true);
            }
            return step.waitForEvent("second", APPROVAL).payload().by();
        });
        await().until(() -> APPLICATION
                .on(database)
                .getBean(org.springframework.jdbc.core.simple.JdbcClient.class)
                .sql("select count(*) from workflow_step s join workflow_instance i on i.pk = s.instance_pk"
                        + " where i.id = ? and s.name = 'second'")
                .param(instance.id())
                .query(Long.class)
                .single()
                .equals(1L));

        instance.sendEvent("approval", new Approval("late", true));

        assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo("late");
    }

    @OnEveryDatabase
    void anEventOfAnotherTypeDoesNotWakeTheInstance(TestDatabase database) throws Exception {
        AtomicInteger passes = new AtomicInteger();
        WorkflowInstance<Object> instance = create(database, (steps, step) -> {
            passes.incrementAndGet();
            return step.waitForEvent("for approval", APPROVAL).payload().by();
        });
        awaitStatus(instance, Status.WAITING);

        instance.sendEvent("other", 1);
        assertThat(instance.status().status()).isEqualTo(Status.WAITING);
        instance.sendEvent("approval", new Approval("ada", true));

        assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo("ada");
        assertThat(passes).hasValue(2);
    }

    @OnEveryDatabase
    void payloadsOfSealedAndGenericTypesReadBack(TestDatabase database) throws Exception {
        WorkflowInstance<Object> instance = create(database, (steps, step) -> {
            Decision decision = step.waitForEvent("decision", WaitOptions.forType("decision", Decision.class))
                    .payload();
            List<Instant> times = step.waitForEvent(
                            "times", WaitOptions.forType("times", new ParameterizedTypeReference<List<Instant>>() {}))
                    .payload();
            return decision + " " + times.get(0).plusSeconds(1);
        });
        instance.sendEvent("decision", new Granted(7));
        instance.sendEvent("times", List.of(Instant.EPOCH));

        assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo("Granted[amount=7] 1970-01-01T00:00:01Z");
    }

    @OnEveryDatabase
    void aFinishedInstanceTakesNoEvents(TestDatabase database) throws Exception {
        WorkflowInstance<Object> instance = create(database, (steps, step) -> null);
        instance.await(ScriptedWorkflow.LONG_ENOUGH);

        assertThatThrownBy(() -> instance.sendEvent("approval", 1))
                .isInstanceOf(InstanceEndedException.class)
                .hasMessageContaining("has ended, it is complete")
                .hasMessageContaining("event \"approval\" was not stored");
    }

    @OnEveryDatabase
    void aMalformedTypeIsRefused(TestDatabase database) {
        WorkflowInstance<Object> instance =
                create(database, (steps, step) -> step.waitForEvent("for approval", APPROVAL));

        for (String type : List.of("", "-a", "a b", "a".repeat(101), "ä")) {
            assertThatThrownBy(() -> instance.sendEvent(type, 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("is malformed");
            assertThatThrownBy(() -> WaitOptions.forType(type, String.class))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        instance.terminate();
    }

    @OnEveryDatabase
    void anEventBelongsToTheTransactionThatItIsSentIn(TestDatabase database) throws Exception {
        WorkflowInstance<Object> instance = create(
                database,
                (steps, step) ->
                        step.waitForEvent("for approval", APPROVAL).payload().by());
        awaitStatus(instance, Status.WAITING);
        TransactionTemplate transaction =
                new TransactionTemplate(APPLICATION.on(database).getBean(PlatformTransactionManager.class));

        transaction.executeWithoutResult(status -> {
            instance.sendEvent("approval", new Approval("rolled back", true));
            status.setRollbackOnly();
        });
        transaction.executeWithoutResult(status -> {
            assertThat(instance.status().status()).isEqualTo(Status.WAITING);
            instance.sendEvent("approval", new Approval("committed", true));
        });

        assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo("committed");
    }
}
