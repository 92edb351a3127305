package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.workflows.Backoff;
import dev.workflows.StepContext;
import dev.workflows.StepOptions;
import dev.workflows.WorkflowInstance;
import dev.workflows.test.OnEveryDatabase;
import dev.workflows.test.SharedApplication;
import dev.workflows.test.TestDatabase;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a body can learn of the attempt that it is. */
class StepContextTests {

    @RegisterExtension
    static final SharedApplication APPLICATION = SharedApplication.of(ScriptedWorkflow.class);

    private record Seen(
            String workflow, String instance, String step, int occurrence, int attempt, String idempotencyKey) {

        static Seen now() {
            StepContext context = StepContext.current();
            return new Seen(
                    context.workflowName(),
                    context.instanceId(),
                    context.stepName(),
                    context.occurrence(),
                    context.attempt(),
                    context.idempotencyKey());
        }
    }

    private final List<Seen> seen = Collections.synchronizedList(new ArrayList<>());

    /** Three calls of two steps, of which the first needs three attempts. */
    private String run(TestDatabase database) throws InterruptedException {
        WorkflowInstance<Object> instance = ScriptedWorkflow.create(APPLICATION.on(database), (steps, step) -> {
            steps.retriedFiveTimes(() -> {
                seen.add(Seen.now());
                if (StepContext.current().attempt() < 3) {
                    throw new IllegalStateException("again");
                }
                return 1;
            });
            steps.retriedFiveTimes(() -> {
                seen.add(Seen.now());
                return 2;
            });
            steps.act(() -> seen.add(Seen.now()));
            return null;
        });
        instance.await(ScriptedWorkflow.LONG_ENOUGH);
        return instance.id();
    }

    @OnEveryDatabase
    void theContextSaysWhichAttemptAtWhichStepOfWhichInstanceThisIs(TestDatabase database) throws Exception {
        String id = run(database);

        assertThat(seen)
                .extracting(Seen::workflow, Seen::instance)
                .containsOnly(org.assertj.core.groups.Tuple.tuple("scripted-workflow", id));
        assertThat(seen)
                .extracting(at -> at.step() + " " + at.occurrence() + " " + at.attempt())
                .containsExactly(
                        "retried five times 1 1",
                        "retried five times 1 2",
                        "retried five times 1 3",
                        "retried five times 2 1",
                        "act 1 1");
    }

    @OnEveryDatabase
    void theContextSaysWhatAppliesToTheStep(TestDatabase database) throws Exception {
        List<StepOptions> options = Collections.synchronizedList(new ArrayList<>());
        StepOptions partly = StepOptions.defaults().withRetries(2).withMaxDelay("1 hour");

        ScriptedWorkflow.run(APPLICATION.on(database), (steps, step) -> {
            step.call("partly", partly, () -> {
                options.add(StepContext.current().options());
            });
            return steps.retriedLater(() -> {
                options.add(StepContext.current().options());
                return 1;
            });
        });

        StepOptions builtIn = StepOptions.defaults()
                .withRetries(5)
                .withDelay("10 seconds")
                .withBackoff(Backoff.EXPONENTIAL)
                .withJitter(0)
                .withTimeout("10 minutes");
        assertThat(options)
                .containsExactly(
                        builtIn.withRetries(2).withMaxDelay("1 hour"),
                        builtIn.withRetries(1).withDelay("1 hour"));
    }

    @OnEveryDatabase
    void theIdempotencyKeyIsThatOfTheStepWhateverTheAttempt(TestDatabase database) throws Exception {
        run(database);
        run(database);

        List<String> keys = seen.stream().map(Seen::idempotencyKey).toList();
        assertThat(keys.subList(0, 3)).containsOnly(keys.get(0));
        assertThat(keys.subList(5, 8)).containsOnly(keys.get(5));
        assertThat(List.of(keys.get(0), keys.get(3), keys.get(4), keys.get(5), keys.get(8), keys.get(9)))
                .doesNotHaveDuplicates();
        assertThat(keys).allSatisfy(key -> {
            assertThat(key).hasSize(36);
            assertThat(UUID.fromString(key).version()).isEqualTo(8);
            assertThat(UUID.fromString(key).variant()).isEqualTo(2);
        });
    }

    @OnEveryDatabase
    void thereIsNoContextBetweenSteps(TestDatabase database) throws Exception {
        Object output = ScriptedWorkflow.run(APPLICATION.on(database), (steps, step) -> {
            steps.number(() -> 1);
            try {
                return StepContext.current().stepName();
            } catch (IllegalStateException e) {
                return e.getMessage();
            }
        });

        assertThat((String) output).startsWith("No step runs on thread \"workflow-");
    }

    @Test
    void thereIsNoContextOutsideAnInstance() {
        assertThatIllegalStateException()
                .isThrownBy(StepContext::current)
                .withMessageContaining("StepContext.current() answers inside a step's body, on its own thread");
    }
}
