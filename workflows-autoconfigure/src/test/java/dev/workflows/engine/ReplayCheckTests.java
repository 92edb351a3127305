package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.workflows.InstanceFailedException;
import dev.workflows.InstanceStatus.InstanceError;
import dev.workflows.Status;
import dev.workflows.StepOptions;
import dev.workflows.WaitOptions;
import dev.workflows.WorkflowInstance;
import dev.workflows.WorkflowStep;
import dev.workflows.engine.ScriptedWorkflow.Script;
import dev.workflows.test.OnEveryDatabase;
import dev.workflows.test.SharedApplication;
import dev.workflows.test.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Code that no longer fits to what a running instance has stored. */
@ExtendWith(OutputCaptureExtension.class)
class ReplayCheckTests {

    @RegisterExtension
    static final SharedApplication WARNS = SharedApplication.of(ScriptedWorkflow.class);

    @RegisterExtension
    static final SharedApplication FAILS =
            SharedApplication.of(ScriptedWorkflow.class).with("workflows.replay-check=fail");

    @RegisterExtension
    static final SharedApplication IS_OFF =
            SharedApplication.of(ScriptedWorkflow.class).with("workflows.replay-check=off");

    private static final StepOptions KEYED = StepOptions.defaults().withKey(42);

    private static void await(WorkflowStep step, String type) {
        step.waitForEvent(type, WaitOptions.forType(type, String.class));
    }

    /** An instance that has come to wait for the event "go". */
    private static WorkflowInstance<Object> waiting(
            SharedApplication application, TestDatabase database, Script script) {
        WorkflowInstance<Object> instance = ScriptedWorkflow.create(application.on(database), script);
        Awaitility.await().until(() -> instance.status().status() == Status.WAITING);
        return instance;
    }

    private static Object goOn(
            SharedApplication application, TestDatabase database, WorkflowInstance<Object> instance, Script changed)
            throws InterruptedException {
        ScriptedWorkflow.deploy(application.on(database), instance, changed);
        instance.sendEvent("go", "");
        return instance.await(ScriptedWorkflow.LONG_ENOUGH);
    }

    private static InstanceError failure(TestDatabase database, WorkflowInstance<Object> instance, Script changed) {
        return Objects.requireNonNull(
                catchThrowableOfType(InstanceFailedException.class, () -> goOn(FAILS, database, instance, changed))
                        .status()
                        .error());
    }

    private static final Script STEP_AND_WAIT = (steps, step) -> {
        steps.number(() -> 1);
        await(step, "go");
        return "old";
    };

    private static final Script SLEEP_INSTEAD = (steps, step) -> {
        step.sleep("number", "10");
        await(step, "go");
        return "new";
    };

    @OnEveryDatabase
    void aStepThatBecameASleepIsReportedAndTheInstanceGoesOn(TestDatabase database, CapturedOutput log)
            throws Exception {
        WorkflowInstance<Object> instance = waiting(WARNS, database, STEP_AND_WAIT);

        assertThat(goOn(WARNS, database, instance, SLEEP_INSTEAD)).isEqualTo("new");

        assertThat(log.getAll())
                .contains(
                        "instance=" + instance.id() + " run asks for the sleep \"number\", and what this instance has "
                                + "stored is the step \"number\": the code has changed under it. Leave instances that run on the "
                                + "path that they began with, by step.patched or step.version, or give what is new another name");
    }

    @OnEveryDatabase
    void aPassReportsOnlyTheFirst(TestDatabase database, CapturedOutput log) throws Exception {
        WorkflowInstance<Object> instance = waiting(WARNS, database, (steps, step) -> {
            step.call("a", () -> {});
            step.call("b", () -> {});
            await(step, "go");
            return "old";
        });

        goOn(WARNS, database, instance, (steps, step) -> {
            step.race("a", () -> 1, () -> 2);
            step.race("b", () -> 1, () -> 2);
            await(step, "go");
            return "new";
        });

        assertThat(log.getAll()).containsOnlyOnce("instance=" + instance.id() + " run asks for the race");
    }

    @OnEveryDatabase
    void aSleepThatBecameAWaitForAnEventEndsTheInstanceIfThatIsConfigured(TestDatabase database) {
        AtomicInteger entered = new AtomicInteger();
        WorkflowInstance<Object> instance = waiting(FAILS, database, (steps, step) -> {
            step.sleep("pause", Duration.ofHours(1));
            return "old";
        });
        ScriptedWorkflow.deploy(FAILS.on(database), instance, (steps, step) -> {
            try {
                step.waitForEvent("pause", WaitOptions.forType("go", String.class));
            } catch (Exception e) {
                // it has no say in how the instance ends
            }
            return steps.number(entered::incrementAndGet);
        });

        instance.pause();
        instance.resume();

        Awaitility.await().until(() -> instance.status().status() == Status.ERRORED);
        InstanceError error = Objects.requireNonNull(instance.status().error());
        assertThat(error.name()).isEqualTo("ReplayMismatchException");
        assertThat(error.message())
                .startsWith(
                        "run asks for the wait for an event \"pause\", and what this instance has stored is the sleep "
                                + "\"pause\": the code has changed under it.");
        assertThat(entered).hasValue(0);
    }

    @OnEveryDatabase
    void whatABranchAsksForEndsTheInstanceOnceTheBodiesOfTheOthersHaveEnded(TestDatabase database) throws Exception {
        WorkflowInstance<Object> instance = waiting(
                FAILS,
                database,
                (steps, step) -> step.all(
                        () -> {
                            await(step, "go");
                            return 1;
                        },
                        () -> steps.number(() -> 2)));
        CountDownLatch inBody = new CountDownLatch(1);
        CountDownLatch refused = new CountDownLatch(1);
        AtomicInteger ended = new AtomicInteger();

        InstanceError error = failure(
                database,
                instance,
                (steps, step) -> step.all(
                        () -> {
                            await(step, "go");
                            return step.call("slow", Integer.class, () -> {
                                inBody.countDown();
                                assertThat(refused.await(30, TimeUnit.SECONDS)).isTrue();
                                return ended.incrementAndGet();
                            });
                        },
                        () -> {
                            assertThat(inBody.await(30, TimeUnit.SECONDS)).isTrue();
                            try {
                                step.sleep("number", "10");
                            } finally {
                                refused.countDown();
                            }
                            return 2;
                        }));

        assertThat(error.name()).isEqualTo("ReplayMismatchException");
        assertThat(error.message()).startsWith("run asks for the sleep \"number (branch 1.2)\"");
        assertThat(ended).hasValue(1);
    }

    @OnEveryDatabase
    void aStepThatTheCodeNoLongerCallsIsReportedAtTheEnd(TestDatabase database, CapturedOutput log) throws Exception {
        WorkflowInstance<Object> instance = waiting(WARNS, database, STEP_AND_WAIT);

        assertThat(goOn(WARNS, database, instance, (steps, step) -> {
                    step.sleep("a pass that only waits", "10");
                    await(step, "go");
                    return "new";
                }))
                .isEqualTo("new");

        assertThat(log.getAll())
                .containsOnlyOnce(
                        "instance=" + instance.id() + " run has ended without asking for the step \"number\", "
                                + "which this instance has completed: the code has changed under it. Leave instances");
    }

    @OnEveryDatabase
    void aStepThatTheCodeNoLongerCallsEndsTheInstanceIfThatIsConfigured(TestDatabase database) {
        WorkflowInstance<Object> instance = waiting(FAILS, database, STEP_AND_WAIT);

        InstanceError error = failure(database, instance, (steps, step) -> {
            await(step, "go");
            return "new";
        });

        assertThat(error.name()).isEqualTo("ReplayMismatchException");
        assertThat(error.message()).startsWith("run has ended without asking for the step \"number\"");
    }

    @OnEveryDatabase
    void whatRunThrowsIsNotReplaced(TestDatabase database, CapturedOutput log) {
        WorkflowInstance<Object> instance = waiting(FAILS, database, STEP_AND_WAIT);

        InstanceError error = failure(database, instance, (steps, step) -> {
            throw new IllegalStateException("broken");
        });

        assertThat(error).isEqualTo(new InstanceError("IllegalStateException", "broken"));
        assertThat(log.getAll()).contains("without asking for the step \"number\"");
    }

    @OnEveryDatabase
    void switchedOffItSaysNothing(TestDatabase database, CapturedOutput log) throws Exception {
        WorkflowInstance<Object> instance = waiting(IS_OFF, database, STEP_AND_WAIT);

        assertThat(goOn(IS_OFF, database, instance, SLEEP_INSTEAD)).isEqualTo("new");

        assertThat(log.getAll()).doesNotContain("the code has changed");
    }

    /** The check must not cry wolf: here the code stays as it is, and what is stored looks as if it did not. */
    @OnEveryDatabase
    void whatFitsIsLeftAlone(TestDatabase database) throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        Script script = (steps, step) -> {
            step.sleep("number", "0");
            steps.number(() -> 1);
            step.sleep("number", "10");
            step.race(
                    "winner",
                    () -> {
                        assertThat(started.await(30, TimeUnit.SECONDS)).isTrue();
                        return steps.number(() -> 1);
                    },
                    () -> {
                        steps.number(() -> 2);
                        step.call("keyed", Integer.class, KEYED, () -> 3);
                        step.all(() -> steps.number(() -> 4), () -> steps.number(() -> 5));
                        started.countDown();
                        step.sleep("never", Duration.ofHours(1));
                        return 2;
                    });
            boolean patched = step.patched("change");
            await(step, "go");
            step.now();
            step.sleep("a replay", "10");
            return List.of(patched, "done");
        };
        WorkflowInstance<Object> instance = waiting(FAILS, database, script);

        assertThat(goOn(FAILS, database, instance, script)).isEqualTo(List.of(true, "done"));
    }
}
