package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.workflows.Backoff;
import dev.workflows.InstanceStatus.InstanceError;
import dev.workflows.NonRetryableException;
import dev.workflows.StepContext;
import dev.workflows.StepFailedException;
import dev.workflows.StepOptions;
import dev.workflows.test.OnEveryDatabase;
import dev.workflows.test.SharedApplication;
import dev.workflows.test.TestDatabase;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.core.ParameterizedTypeReference;

/** Steps that are given as lambdas, and values that stay the same. */
class LambdaStepTests {

    @RegisterExtension
    static final SharedApplication APPLICATION = SharedApplication.of(ScriptedWorkflow.class);

    record Item(String name, Instant at) {}

    private final AtomicInteger entered = new AtomicInteger();
    private final AtomicInteger passes = new AtomicInteger();

    private static Object run(TestDatabase database, ScriptedWorkflow.Script script) throws InterruptedException {
        return ScriptedWorkflow.run(APPLICATION.on(database), script);
    }

    private static InstanceError failure(TestDatabase database, ScriptedWorkflow.Script script)
            throws InterruptedException {
        return ScriptedWorkflow.failure(APPLICATION.on(database), script);
    }

    @OnEveryDatabase
    void aCompletedLambdaIsNotEnteredAgain(TestDatabase database) throws Exception {
        Object output = run(database, (steps, step) -> {
            int number = step.call("count", Integer.class, entered::incrementAndGet);
            step.call("act", () -> {
                entered.incrementAndGet();
            });
            step.sleep("a replay", Duration.ofMillis(10));
            return number;
        });

        assertThat(output).isEqualTo(1);
        assertThat(entered).hasValue(2);
    }

    @OnEveryDatabase
    void genericResultsAreReadBack(TestDatabase database) throws Exception {
        Object output = run(database, (steps, step) -> {
            List<Item> items = step.call(
                    "list", new ParameterizedTypeReference<>() {}, () -> List.of(new Item("one", Instant.EPOCH)));
            step.sleep("a replay", Duration.ofMillis(10));
            return items.get(0).at().plusSeconds(1).toString();
        });

        assertThat(output).isEqualTo("1970-01-01T00:00:01Z");
    }

    @OnEveryDatabase
    void optionsApply(TestDatabase database) throws Exception {
        StepOptions options = StepOptions.defaults()
                .withRetries(2)
                .withDelay("10ms")
                .withBackoff(Backoff.CONSTANT)
                .withTimeout("1 minute");
        Object output = run(
                database,
                (steps, step) -> step.call("flaky", Integer.class, options, () -> {
                    if (entered.incrementAndGet() < 3) {
                        throw new IOException("again");
                    }
                    return StepContext.current().attempt();
                }));

        assertThat(output).isEqualTo(3);
        assertThat(failure(
                        database,
                        (steps, step) -> step.call(
                                "picky", Integer.class, options.withNoRetryFor(List.of(IOException.class)), () -> {
                                    entered.incrementAndGet();
                                    throw new IOException("no");
                                })))
                .isEqualTo(new InstanceError("IOException", "no"));
        assertThat(entered).hasValue(4);
    }

    @OnEveryDatabase
    void aDelayCanBeComputed(TestDatabase database) throws Exception {
        List<String> asked = new CopyOnWriteArrayList<>();
        StepOptions options = StepOptions.defaults().withRetries(3).withDelay((attempt, thrown) -> {
            asked.add(attempt + " " + thrown.getMessage());
            return Duration.ofMillis(5);
        });
        assertThat(run(
                        database,
                        (steps, step) -> step.call("flaky", Integer.class, options, () -> {
                            if (entered.incrementAndGet() < 3) {
                                throw new IOException("failure " + entered);
                            }
                            return 7;
                        })))
                .isEqualTo(7);

        assertThat(asked).containsExactly("1 failure 1", "2 failure 2");
    }

    @OnEveryDatabase
    void aDelayThatCannotBeComputedFailsTheStep(TestDatabase database) throws Exception {
        StepOptions options = StepOptions.defaults().withDelay((attempt, thrown) -> Duration.ofDays(400));

        InstanceError error = failure(
                database,
                (steps, step) -> step.call("flaky", Integer.class, options, () -> {
                    throw new IOException("again");
                }));

        assertThat(error.name()).isEqualTo("IllegalArgumentException");
        assertThat(error.message()).contains("A computed delay is 0 to 365 days");
    }

    @OnEveryDatabase
    void aFailureReadsTheSameAtEveryReplay(TestDatabase database) throws Exception {
        Object output = run(database, (steps, step) -> {
            String caught;
            try {
                step.call("fails", () -> {
                    entered.incrementAndGet();
                    throw new NonRetryableException("no");
                });
                caught = "nothing";
            } catch (StepFailedException e) {
                caught = e.stepName() + ": " + e.errorMessage();
            }
            step.sleep("a replay", Duration.ofMillis(10));
            return caught;
        });

        assertThat(output).isEqualTo("fails: no");
        assertThat(entered).hasValue(1);
    }

    @OnEveryDatabase
    void aResultThatIsYetToComeIsRefused(TestDatabase database) throws Exception {
        InstanceError error = failure(
                database,
                (steps, step) -> step.call(
                        "later", CompletableFuture.class, () -> CompletableFuture.completedFuture(entered.get())));

        assertThat(error.name()).isEqualTo("IllegalArgumentException");
        assertThat(error.message())
                .isEqualTo(
                        "Step \"later\" returns java.util.concurrent.CompletableFuture, which cannot be stored: let its "
                                + "body wait for the value, and return that");
    }

    @OnEveryDatabase
    void aLambdaAndAMethodOfOneNameAreTwoOccurrences(TestDatabase database) throws Exception {
        Object output = run(database, (steps, step) -> {
            int first = steps.number(entered::incrementAndGet);
            int second = step.call("number", Integer.class, entered::incrementAndGet);
            step.sleep("a replay", Duration.ofMillis(10));
            return List.of(first, second);
        });

        assertThat(output).isEqualTo(List.of(1, 2));
    }

    @OnEveryDatabase
    void valuesStayTheSame(TestDatabase database) throws Exception {
        List<Object> seen = new CopyOnWriteArrayList<>();
        run(database, (steps, step) -> {
            passes.incrementAndGet();
            seen.add(Map.of(
                    "now", step.now(), "uuid", step.randomUUID(), "other", step.randomUUID(), "random", step.random()));
            step.sleep("a replay", Duration.ofMillis(10));
            return null;
        });

        assertThat(passes).hasValue(2);
        assertThat(seen).hasSize(2);
        assertThat(seen.get(0)).isEqualTo(seen.get(1));
        Map<?, ?> values = (Map<?, ?>) seen.get(0);
        assertThat(values.get("uuid")).isInstanceOf(UUID.class).isNotEqualTo(values.get("other"));
        assertThat((Double) values.get("random")).isBetween(0.0, 1.0);
    }

    @OnEveryDatabase
    void withinABodyAValueIsWhateverItIsThen(TestDatabase database) throws Exception {
        Object output = run(
                database,
                (steps, step) ->
                        step.call("body", Boolean.class, () -> step.randomUUID().equals(step.randomUUID())));

        assertThat(output).isEqualTo(false);
    }

    @OnEveryDatabase
    void aLambdaWithinABodyIsPartOfIt(TestDatabase database) throws Exception {
        assertThat(run(
                        database,
                        (steps, step) -> step.call(
                                "outer",
                                String.class,
                                () -> step.call(
                                        "inner",
                                        String.class,
                                        () -> StepContext.current().stepName()))))
                .isEqualTo("outer");
    }
}
