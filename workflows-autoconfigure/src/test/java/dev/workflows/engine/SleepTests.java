package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.workflows.InstanceStatus.InstanceError;
import dev.workflows.Status;
import dev.workflows.WorkflowInstance;
import dev.workflows.WorkflowStep;
import dev.workflows.engine.ScriptedWorkflow.Script;
import dev.workflows.test.OnEveryDatabase;
import dev.workflows.test.SharedApplication;
import dev.workflows.test.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Waits for a time. */
class SleepTests {

    @RegisterExtension
    static final SharedApplication APPLICATION = SharedApplication.of(ScriptedWorkflow.class);

    private static final Duration YEAR = Duration.ofDays(365);

    private final AtomicInteger passes = new AtomicInteger();
    private final List<Instant> entered = new CopyOnWriteArrayList<>();

    private Object run(TestDatabase database, Consumer<WorkflowStep> sleep) throws InterruptedException {
        return ScriptedWorkflow.run(APPLICATION.on(database), script(sleep));
    }

    private Script script(Consumer<WorkflowStep> sleep) {
        return (steps, step) -> {
            passes.incrementAndGet();
            entered.add(Instant.now());
            sleep.accept(step);
            return "slept";
        };
    }

    @OnEveryDatabase
    void aSleepLastsAsLongAsItSays(TestDatabase database) throws Exception {
        assertThat(run(database, step -> step.sleep("a while", Duration.ofMillis(300))))
                .isEqualTo("slept");
        assertThat(run(database, step -> step.sleep("a while", "0.3 seconds"))).isEqualTo("slept");

        assertThat(entered).hasSize(4);
        assertThat(Duration.between(entered.get(0), entered.get(1))).isGreaterThanOrEqualTo(Duration.ofMillis(299));
        assertThat(Duration.between(entered.get(2), entered.get(3))).isGreaterThanOrEqualTo(Duration.ofMillis(299));
    }

    @OnEveryDatabase
    void aSleepOfNoTimeReturnsAtOnce(TestDatabase database) throws Exception {
        assertThat(run(database, step -> {
                    step.sleep("none", Duration.ZERO);
                    step.sleep("less than none", Duration.ofDays(-1));
                    step.sleep("none", "0");
                }))
                .isEqualTo("slept");

        assertThat(passes).hasValue(1);
    }

    @OnEveryDatabase
    void aSleepUntilATimeEndsThenAndIsNotPastAtAReplay(TestDatabase database) throws Exception {
        Instant time = Instant.now().plusMillis(400);

        assertThat(run(database, step -> {
                    step.sleepUntil("departure", time);
                    step.sleep("a replay", Duration.ofMillis(10));
                }))
                .isEqualTo("slept");

        assertThat(entered).hasSize(3);
        assertThat(entered.get(1)).isAfterOrEqualTo(time.minusMillis(1));
    }

    @OnEveryDatabase
    void aSleepUntilATimeThatIsPastIsRefused(TestDatabase database) throws Exception {
        assertThat(failure(database, step -> step.sleepUntil("departure", Instant.parse("2020-01-01T00:00:00Z"))))
                .isEqualTo(new InstanceError(
                        "IllegalArgumentException",
                        "Sleep \"departure\" cannot last until 2020-01-01T00:00:00Z: that is past"));
    }

    @OnEveryDatabase
    void aSleepTakesAtMostAYear(TestDatabase database) throws Exception {
        WorkflowInstance<Object> longest =
                ScriptedWorkflow.create(APPLICATION.on(database), script(step -> step.sleep("long", YEAR)));
        await().until(() -> longest.status().status() == Status.WAITING);
        longest.terminate();

        assertRefused(database, step -> step.sleep("too long", YEAR.plusMillis(1)));
        assertRefused(database, step -> step.sleep("too long", "366 days"));
        assertRefused(
                database,
                step -> step.sleepUntil("too long", Instant.now().plus(YEAR).plusSeconds(60)));
    }

    private void assertRefused(TestDatabase database, Consumer<WorkflowStep> sleep) throws InterruptedException {
        InstanceError error = failure(database, sleep);

        assertThat(error.name()).isEqualTo("IllegalArgumentException");
        assertThat(error.message()).contains("\"too long\"").contains("365 days");
    }

    private InstanceError failure(TestDatabase database, Consumer<WorkflowStep> sleep) throws InterruptedException {
        return ScriptedWorkflow.failure(APPLICATION.on(database), script(sleep));
    }
}
