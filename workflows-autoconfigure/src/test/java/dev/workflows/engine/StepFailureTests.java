package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.workflows.InstanceStatus.InstanceError;
import dev.workflows.NonRetryableException;
import dev.workflows.StepFailedException;
import dev.workflows.WorkflowInstance;
import dev.workflows.test.OnEveryDatabase;
import dev.workflows.test.SharedApplication;
import dev.workflows.test.TestDatabase;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.json.JsonMapper;

/** What run sees of a failed step, and what is seen of an instance that an exception ended. */
class StepFailureTests {

    @RegisterExtension
    static final SharedApplication APPLICATION = SharedApplication.of(ScriptedWorkflow.class);

    private final List<StepFailedException> seen = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger entered = new AtomicInteger();
    private final AtomicInteger passes = new AtomicInteger();

    /** What run sees of a step that throws this: first when it is made, then when it is replayed. */
    private StepFailedException caught(TestDatabase database, Throwable thrown) throws InterruptedException {
        Object output = ScriptedWorkflow.run(APPLICATION.on(database), (steps, step) -> {
            try {
                steps.act(() -> {
                    entered.incrementAndGet();
                    StepFailureTests.<RuntimeException>sneak(thrown);
                });
            } catch (StepFailedException e) {
                seen.add(e);
            }
            step.sleep("pause", "10");
            return "went on";
        });
        assertThat(output).isEqualTo("went on");
        assertThat(entered).hasValue(1);
        assertThat(seen).hasSize(2);
        assertThat(seen.get(1))
                .hasSameClassAs(seen.get(0))
                .hasMessage(seen.get(0).getMessage());
        assertThat(seen.get(1))
                .usingRecursiveComparison()
                .comparingOnlyFields("stepName", "attempts", "errorName", "errorMessage", "errorStack")
                .isEqualTo(seen.get(0));
        return seen.get(0);
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void sneak(Throwable thrown) throws T {
        throw (T) thrown;
    }

    @OnEveryDatabase
    void aCaughtFailureReadsTheSameAtAReplay(TestDatabase database) throws Exception {
        Exception cause = new IOException("connection reset");

        StepFailedException failure = caught(database, new IllegalStateException("no luck", cause));

        assertThat(failure).hasMessage("Step \"act\" failed after 1 attempt: IllegalStateException: no luck");
        assertThat(failure.stepName()).isEqualTo("act");
        assertThat(failure.attempts()).isEqualTo(1);
        assertThat(failure.errorName()).isEqualTo("IllegalStateException");
        assertThat(failure.errorMessage()).isEqualTo("no luck");
        assertThat(failure.errorStack())
                .startsWith("java.lang.IllegalStateException: no luck")
                .contains("at " + StepFailureTests.class.getName())
                .contains("Caused by: java.io.IOException: connection reset");
    }

    @OnEveryDatabase
    void aFailureAfterTheLastRetryIsStored(TestDatabase database) throws Exception {
        assertStored(database, 6, new IOException("no luck"));
    }

    @OnEveryDatabase
    void aFailureThatAllowsNoRetryIsStoredToo(TestDatabase database) throws Exception {
        assertStored(database, 1, new NonRetryableException("no"));
    }

    private void assertStored(TestDatabase database, int bodies, Exception thrown) throws InterruptedException {
        Object output = ScriptedWorkflow.run(APPLICATION.on(database), (steps, step) -> {
            passes.incrementAndGet();
            try {
                return steps.retriedAtOnce(() -> {
                    entered.incrementAndGet();
                    throw thrown;
                });
            } catch (StepFailedException e) {
                step.sleep("a replay", "10");
                return e.errorMessage();
            }
        });

        assertThat(output).isEqualTo(thrown.getMessage());
        assertThat(entered).hasValue(bodies);
        assertThat(passes).hasValue(2);
    }

    @OnEveryDatabase
    void checkedExceptionsAndErrorsAreFailuresToo(TestDatabase database) throws Exception {
        assertThat(caught(database, new IOException("checked")).errorName()).isEqualTo("IOException");
        entered.set(0);
        seen.clear();
        assertThat(caught(database, new AssertionError("error")).errorName()).isEqualTo("AssertionError");
    }

    @OnEveryDatabase
    void anExceptionWithoutAMessageHasAnEmptyOne(TestDatabase database) throws Exception {
        assertThat(caught(database, new IllegalStateException()).errorMessage()).isEmpty();
    }

    @OnEveryDatabase
    void anAnonymousExceptionHasTheNameOfWhatItIs(TestDatabase database) throws Exception {
        assertThat(caught(database, new IOException("x") {}).errorName()).isEqualTo("IOException");
    }

    @OnEveryDatabase
    void aLongMessageIsCut(TestDatabase database) throws Exception {
        StepFailedException failure = caught(database, new IllegalStateException("x".repeat(100_000)));

        assertThat(failure.errorMessage()).hasSize(4_000).endsWith("x…");
        assertThat(failure.errorStack()).hasSize(16_000);
    }

    @OnEveryDatabase
    void anExceptionThatCannotBeDescribedIsAFailureAllTheSame(TestDatabase database) throws Exception {
        StepFailedException failure = caught(database, new Indescribable());

        assertThat(failure.errorName()).isEqualTo("Indescribable");
        assertThat(failure.errorMessage()).contains("StackOverflowError");
    }

    @OnEveryDatabase
    void anExceptionThatCannotBeDescribedEndsAnInstanceAllTheSame(TestDatabase database) throws Exception {
        InstanceError error = ScriptedWorkflow.failure(APPLICATION.on(database), (steps, step) -> {
            throw new Indescribable();
        });

        assertThat(error.name()).isEqualTo("Indescribable");
    }

    static class Indescribable extends RuntimeException {

        @Override
        public String getMessage() {
            return getMessage() + "!";
        }
    }

    @OnEveryDatabase
    void anUncaughtFailureEndsTheInstanceWithTheErrorOfTheStep(TestDatabase database) throws Exception {
        InstanceError error = ScriptedWorkflow.failure(
                APPLICATION.on(database),
                (steps, step) -> steps.number(() -> {
                    throw new IOException("unreachable");
                }));

        assertThat(error).isEqualTo(new InstanceError("IOException", "unreachable"));
    }

    @OnEveryDatabase
    void aThrowOutsideAnyStepEndsTheInstanceAtOnce(TestDatabase database) throws Exception {
        ConfigurableApplicationContext application = APPLICATION.on(database);
        InstanceError error = ScriptedWorkflow.failure(application, (steps, step) -> {
            passes.incrementAndGet();
            steps.number(entered::incrementAndGet);
            throw new Exception("outside");
        });

        assertThat(error).isEqualTo(new InstanceError("Exception", "outside"));
        assertThat(passes).hasValue(1);
        assertThat(entered).hasValue(1);
    }

    @OnEveryDatabase
    void anErrorOutsideAnyStepEndsTheInstanceAtOnce(TestDatabase database) throws Exception {
        InstanceError error = ScriptedWorkflow.failure(APPLICATION.on(database), (steps, step) -> endless(0));

        assertThat(error.name()).isEqualTo("StackOverflowError");
    }

    @SuppressWarnings("InfiniteRecursion")
    private static int endless(int depth) {
        return endless(depth + 1) + 1;
    }

    @OnEveryDatabase
    void theStatusIsWrittenAsCloudflareWritesIt(TestDatabase database) throws Exception {
        ConfigurableApplicationContext application = APPLICATION.on(database);
        JsonMapper json = application.getBean(JsonMapper.class);
        WorkflowInstance<Object> complete = ScriptedWorkflow.create(application, (steps, step) -> List.of(1, "two"));
        WorkflowInstance<Object> empty = ScriptedWorkflow.create(application, (steps, step) -> null);
        WorkflowInstance<Object> sleeping = ScriptedWorkflow.create(application, (steps, step) -> {
            step.sleep("long", "1 hour");
            return null;
        });
        WorkflowInstance<Object> errored = ScriptedWorkflow.create(application, (steps, step) -> {
            throw new IllegalStateException("no luck");
        });
        org.awaitility.Awaitility.await()
                .until(() -> complete.status().status().isEnded()
                        && empty.status().status().isEnded()
                        && errored.status().status().isEnded()
                        && sleeping.status().status() == dev.workflows.Status.WAITING);

        assertThat(json.writeValueAsString(complete.status()))
                .isEqualTo("{\"status\":\"complete\",\"output\":[1,\"two\"]}");
        assertThat(json.writeValueAsString(empty.status())).isEqualTo("{\"status\":\"complete\",\"output\":null}");
        assertThat(json.writeValueAsString(sleeping.status())).isEqualTo("{\"status\":\"waiting\",\"output\":null}");
        assertThat(json.writeValueAsString(errored.status()))
                .isEqualTo("{\"status\":\"errored\",\"output\":null,"
                        + "\"error\":{\"name\":\"IllegalStateException\",\"message\":\"no luck\"}}");
    }
}
