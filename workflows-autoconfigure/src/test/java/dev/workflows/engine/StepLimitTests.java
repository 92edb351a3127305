package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.workflows.InstanceStatus;
import dev.workflows.Rollback;
import dev.workflows.Status;
import dev.workflows.StepContext;
import dev.workflows.StepOptions;
import dev.workflows.WorkflowInstance;
import dev.workflows.engine.ScriptedWorkflow.Script;
import dev.workflows.test.OnEveryDatabase;
import dev.workflows.test.SharedApplication;
import dev.workflows.test.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How many steps an instance may call. */
class StepLimitTests {

    @RegisterExtension
    static final SharedApplication APPLICATION =
            SharedApplication.of(ScriptedWorkflow.class).with("workflows.limits.steps=10");

    @RegisterExtension
    static final SharedApplication RAISED = SharedApplication.of(ScriptedWorkflow.class)
            .with("workflows.limits.steps=10", "workflows.definitions.scripted-workflow.max-steps=11");

    private final AtomicInteger entered = new AtomicInteger();

    private Script calling(int steps) {
        return (own, step) -> {
            for (int i = 0; i < steps; i++) {
                own.number(entered::incrementAndGet);
            }
            return "done";
        };
    }

    private static InstanceStatus<Object> ended(WorkflowInstance<Object> instance) {
        await().atMost(ScriptedWorkflow.LONG_ENOUGH)
                .until(() -> instance.status().status().isEnded());
        return instance.status();
    }

    @OnEveryDatabase
    void asManyStepsAsTheLimitMayBeCalled(TestDatabase database) throws Exception {
        assertThat(ScriptedWorkflow.run(APPLICATION.on(database), calling(10))).isEqualTo("done");
        assertThat(ScriptedWorkflow.run(RAISED.on(database), calling(11))).isEqualTo("done");
    }

    @OnEveryDatabase
    void oneMoreEndsTheInstanceAndSaysWhy(TestDatabase database) {
        WorkflowInstance<Object> instance = ScriptedWorkflow.create(APPLICATION.on(database), calling(11));

        InstanceStatus<Object> status = ended(instance);

        assertThat(status.status()).isEqualTo(Status.ERRORED);
        assertThat(status.error())
                .isEqualTo(new InstanceStatus.InstanceError(
                        "StepLimitExceededException",
                        "Instance \"" + instance.id()
                                + "\" of workflow \"scripted-workflow\" called more than 10 steps, which is the limit. Does a "
                                + "loop of run not come to its end? If it is meant to do so much, raise "
                                + "@Workflow(maxSteps), or let it start children"));
        assertThat(entered).hasValue(10);
    }

    @OnEveryDatabase
    void runHasNoSayInIt(TestDatabase database) {
        WorkflowInstance<Object> instance = ScriptedWorkflow.create(APPLICATION.on(database), (own, step) -> {
            while (entered.get() < 1_000) {
                try {
                    own.number(entered::incrementAndGet);
                } catch (Exception e) {
                    // goes on
                }
            }
            return "done";
        });

        assertThat(ended(instance).status()).isEqualTo(Status.ERRORED);
        assertThat(entered).hasValue(10);
    }

    @OnEveryDatabase
    void sleepsAndBranchesCountAndRetriesAndReplaysDoNot(TestDatabase database) throws Exception {
        Script script = (own, step) -> {
            for (int i = 0; i < 3; i++) {
                step.sleep("a replay", Duration.ofMillis(10));
            }
            own.retriedFiveTimes(() -> {
                if (StepContext.current().attempt() < 3) {
                    throw new IllegalStateException("again");
                }
                return 0;
            });
            step.all(() -> own.number(() -> 1), () -> own.number(() -> 2), () -> own.number(() -> 3));
            step.now();
            own.number(() -> 4);
            return own.number(() -> 5);
        };

        assertThat(ScriptedWorkflow.run(APPLICATION.on(database), script)).isEqualTo(5);
        assertThat(ScriptedWorkflow.failure(APPLICATION.on(database), (own, step) -> {
                            script.run(own, step);
                            step.sleep("one too many", Duration.ofMillis(10));
                            return "done";
                        })
                        .name())
                .isEqualTo("StepLimitExceededException");
    }

    @OnEveryDatabase
    void whatCanBeUndoneIs(TestDatabase database) {
        List<String> undone = new CopyOnWriteArrayList<>();
        StepOptions undoing = StepOptions.defaults().withRollback(result -> undone.add(String.valueOf(result)));
        WorkflowInstance<Object> instance = ScriptedWorkflow.create(APPLICATION.on(database), (own, step) -> {
            step.call("first", String.class, undoing, () -> "a");
            step.call("second", String.class, undoing, () -> "b");
            return calling(9).run(own, step);
        });

        InstanceStatus<Object> status = ended(instance);

        assertThat(status.status()).isEqualTo(Status.ERRORED);
        assertThat(status.rollback()).isEqualTo(new Rollback(Rollback.Outcome.COMPLETE, List.of()));
        assertThat(undone).containsExactly("b", "a");
    }
}
