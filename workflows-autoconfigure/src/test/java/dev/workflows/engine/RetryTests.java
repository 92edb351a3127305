package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.workflows.InstanceStatus.InstanceError;
import dev.workflows.NonRetryableException;
import dev.workflows.Status;
import dev.workflows.StepFailedException;
import dev.workflows.WorkflowInstance;
import dev.workflows.engine.ScriptedWorkflow.Script;
import dev.workflows.test.OnEveryDatabase;
import dev.workflows.test.SharedApplication;
import dev.workflows.test.TestDatabase;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.simple.JdbcClient;

/** How often a failing step is attempted, and when. */
class RetryTests {

    @RegisterExtension
    static final SharedApplication APPLICATION = SharedApplication.of(ScriptedWorkflow.class)
            // whoever waits is woken up at its time, and not by chance
            .with("workflows.worker.poll-interval=1 hour");

    private final AtomicInteger entered = new AtomicInteger();
    private final AtomicInteger passes = new AtomicInteger();

    private Callable<Integer> failing(Exception thrown) {
        return () -> {
            entered.incrementAndGet();
            throw thrown;
        };
    }

    @OnEveryDatabase
    void fiveRetriesAreSixAttempts(TestDatabase database) throws Exception {
        List<StepFailedException> seen = Collections.synchronizedList(new ArrayList<>());
        WorkflowInstance<Object> instance = ScriptedWorkflow.create(APPLICATION.on(database), (steps, step) -> {
            try {
                return steps.retriedFiveTimes(() -> failing(new IOException("attempt " + (entered.get() + 1)))
                        .call());
            } catch (StepFailedException e) {
                seen.add(e);
                step.sleep("pause", "5");
                return e.errorMessage();
            }
        });

        assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo("attempt 6");
        assertThat(entered).hasValue(6);
        assertThat(seen)
                .extracting(Throwable::getMessage)
                .containsExactly(
                        "Step \"retried five times\" failed after 6 attempts: IOException: attempt 6",
                        "Step \"retried five times\" failed after 6 attempts: IOException: attempt 6");
        assertThat(APPLICATION
                        .on(database)
                        .getBean(JdbcClient.class)
                        .sql("select a.error_message from workflow_attempt a join workflow_instance i"
                                + " on i.pk = a.instance_pk where i.id = ? order by a.attempt")
                        .param(instance.id())
                        .query(String.class)
                        .list())
                .containsExactly("attempt 1", "attempt 2", "attempt 3", "attempt 4", "attempt 5", "attempt 6");
    }

    @OnEveryDatabase
    void noRetriesAreOneAttempt(TestDatabase database) throws Exception {
        ScriptedWorkflow.failure(
                APPLICATION.on(database), (steps, step) -> steps.number(failing(new IOException("no luck"))));

        assertThat(entered).hasValue(1);
    }

    @OnEveryDatabase
    void theFirstAttemptThatSucceedsIsTheResult(TestDatabase database) throws Exception {
        Object output = ScriptedWorkflow.run(
                APPLICATION.on(database),
                (steps, step) -> steps.retriedFiveTimes(() -> {
                    if (entered.incrementAndGet() < 4) {
                        throw new IOException("not yet");
                    }
                    return entered.get();
                }));

        assertThat(output).isEqualTo(4);
        assertThat(entered).hasValue(4);
    }

    @OnEveryDatabase
    void errorsAreRetriedLikeExceptions(TestDatabase database) throws Exception {
        Object output = ScriptedWorkflow.run(
                APPLICATION.on(database),
                (steps, step) -> steps.retriedFiveTimes(() -> {
                    switch (entered.incrementAndGet()) {
                        case 1 -> throw new AssertionError("error");
                        case 2 -> throw new StackOverflowError();
                        case 3 -> throw new IOException("checked");
                        case 4 -> throw new IllegalStateException("unchecked");
                        default -> {
                            return entered.get();
                        }
                    }
                }));

        assertThat(output).isEqualTo(5);
    }

    @OnEveryDatabase
    void someExceptionsAllowNoFurtherAttempt(TestDatabase database) throws Exception {
        assertThat(errorOfPicky(database, new NonRetryableException("no")))
                .isEqualTo(new InstanceError("NonRetryableException", "no"));
        assertThat(errorOfPicky(database, new ScriptedWorkflow.CardDeclined("declined")))
                .isEqualTo(new InstanceError("CardDeclined", "declined"));
        assertThat(errorOfPicky(database, new NumberFormatException("subclass")))
                .isEqualTo(new InstanceError("NumberFormatException", "subclass"));
        assertThat(errorOfPicky(database, new FileNotFoundException("checked")))
                .isEqualTo(new InstanceError("FileNotFoundException", "checked"));
        assertThat(entered).hasValue(4);
    }

    private InstanceError errorOfPicky(TestDatabase database, Exception thrown) throws InterruptedException {
        return ScriptedWorkflow.failure(APPLICATION.on(database), (steps, step) -> steps.picky(failing(thrown)));
    }

    @OnEveryDatabase
    void otherExceptionsOfAPickyStepAreRetried(TestDatabase database) throws Exception {
        errorOfPicky(database, new IOException("superclass of one that is not retried"));

        assertThat(entered).hasValue(6);
    }

    @OnEveryDatabase
    void withoutADelayTheNextAttemptFollowsInTheSamePass(TestDatabase database) throws Exception {
        ScriptedWorkflow.failure(APPLICATION.on(database), (steps, step) -> {
            passes.incrementAndGet();
            return steps.retriedAtOnce(failing(new IOException("no luck")));
        });

        assertThat(entered).hasValue(6);
        assertThat(passes).hasValue(1);
    }

    @OnEveryDatabase
    void anInstanceIsWaitingBetweenAttempts(TestDatabase database) throws Exception {
        WorkflowInstance<Object> instance = ScriptedWorkflow.create(
                APPLICATION.on(database), (steps, step) -> steps.retriedLater(failing(new IOException("no luck"))));

        await().until(() -> instance.status().status() == Status.WAITING);
        assertThat(entered).hasValue(1);
        assertThat(instance.status().output()).isNull();
        assertThat(instance.status().error()).isNull();
    }

    @OnEveryDatabase
    void theWaitIsConstant(TestDatabase database) throws Exception {
        assertGaps(database, ScriptedWorkflow::constant, 300, 300, 300);
    }

    @OnEveryDatabase
    void theWaitGrowsLinearly(TestDatabase database) throws Exception {
        assertGaps(database, ScriptedWorkflow::linear, 200, 400, 600);
    }

    @OnEveryDatabase
    void theWaitGrowsExponentially(TestDatabase database) throws Exception {
        assertGaps(database, ScriptedWorkflow::exponential, 200, 400, 800);
    }

    @OnEveryDatabase
    void theWaitIsCapped(TestDatabase database) throws Exception {
        assertGaps(database, ScriptedWorkflow::capped, 200, 300, 300);
    }

    private interface FailingStep {
        int call(ScriptedWorkflow steps, Callable<Integer> body) throws Exception;
    }

    /**
     * No wait is shorter than it should be. How much longer it is depends on how busy the machine is, so what was planned
     * is looked at, too: the time of the next attempt, as it was stored with the failed one, in the quickest of several
     * instances.
     */
    private static void assertGaps(TestDatabase database, FailingStep failing, long... expected) throws Exception {
        List<List<Long>> entries = IntStream.range(0, 3)
                .mapToObj(i -> Collections.synchronizedList(new ArrayList<Long>()))
                .toList();
        List<WorkflowInstance<Object>> instances = entries.stream()
                .map(times -> {
                    Script script = (steps, step) -> failing.call(steps, () -> {
                        times.add(System.nanoTime());
                        if (times.size() <= expected.length) {
                            throw new IOException("again");
                        }
                        return times.size();
                    });
                    return ScriptedWorkflow.create(APPLICATION.on(database), script);
                })
                .toList();
        for (WorkflowInstance<Object> instance : instances) {
            instance.await(ScriptedWorkflow.LONG_ENOUGH);
        }
        for (int n = 1; n <= expected.length; n++) {
            int attempt = n;
            Duration wait = Duration.ofMillis(expected[attempt - 1]);
            assertThat(entries)
                    .as("wait after attempt %d", attempt)
                    .allSatisfy(times -> assertThat(Duration.ofNanos(times.get(attempt) - times.get(attempt - 1)))
                            .isBetween(wait, wait.plusSeconds(10)));
            assertThat(instances.stream()
                            .map(instance -> planned(database, instance.id(), attempt))
                            .min(Duration::compareTo))
                    .as("wait after attempt %d, as planned", attempt)
                    .hasValueSatisfying(planned -> assertThat(planned)
                            .isBetween(wait, wait.multipliedBy(12).dividedBy(10)));
        }
    }

    /** How long after the end of an attempt the next one was due. */
    private static Duration planned(TestDatabase database, String instance, int attempt) {
        return APPLICATION
                .on(database)
                .getBean(JdbcClient.class)
                .sql("select a.ended_at, a.next_at from workflow_attempt a join workflow_instance i"
                        + " on i.pk = a.instance_pk where i.id = ? and a.attempt = ?")
                .params(instance, attempt)
                .query((row, number) -> Duration.between(
                        row.getObject(1, OffsetDateTime.class), row.getObject(2, OffsetDateTime.class)))
                .single();
    }
}
