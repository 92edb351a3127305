package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.workflows.WorkflowInstance;
import dev.workflows.test.OnEveryDatabase;
import dev.workflows.test.SharedApplication;
import dev.workflows.test.TestDatabase;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What run sees of its steps, in the pass that makes them and in those that replay them. */
@ExtendWith(OutputCaptureExtension.class)
class StepTests {

    @RegisterExtension
    static final SharedApplication APPLICATION = SharedApplication.of(ScriptedWorkflow.class);

    private final List<Object> seen = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger entered = new AtomicInteger();
    private final AtomicInteger passes = new AtomicInteger();

    @OnEveryDatabase
    void aCheckpointAnswersWithoutEnteringTheBodyAgain(TestDatabase database) throws Exception {
        Object output = ScriptedWorkflow.run(APPLICATION.on(database), (steps, step) -> {
            seen.add(steps.number(entered::incrementAndGet));
            step.sleep("one", "10");
            seen.add(steps.text(() -> "text " + entered.incrementAndGet()));
            step.sleep("two", "10");
            return "done";
        });

        assertThat(output).isEqualTo("done");
        assertThat(entered).hasValue(2);
        assertThat(seen).containsExactly(1, 1, "text 2", 1, "text 2");
    }

    @OnEveryDatabase
    void aLoopOverOneStepHasACheckpointForEachRound(TestDatabase database) throws Exception {
        WorkflowInstance<Object> instance = ScriptedWorkflow.create(APPLICATION.on(database), (steps, step) -> {
            List<Integer> squares = new ArrayList<>();
            for (int i = 1; i <= 4; i++) {
                int round = i;
                squares.add(steps.number(() -> entered.incrementAndGet() * round));
                step.sleep("pause", "5");
            }
            return squares;
        });

        assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo(List.of(1, 4, 9, 16));
        assertThat(entered).hasValue(4);
        assertThat(keys(database, instance.id()))
                .containsExactly(
                        "number-1", "number-2", "number-3", "number-4", "pause-1", "pause-2", "pause-3", "pause-4");
    }

    @OnEveryDatabase
    void theSameNameAgainIsANewStep(TestDatabase database) throws Exception {
        Object output = ScriptedWorkflow.run(APPLICATION.on(database), (steps, step) -> {
            String first = steps.text(() -> "first");
            String second = steps.text(() -> "second");
            step.sleep("pause", "5");
            return first + ", " + second;
        });

        assertThat(output).isEqualTo("first, second");
    }

    @OnEveryDatabase
    void nullFalseZeroAndEmptyAreResultsLikeAnyOther(TestDatabase database) throws Exception {
        ScriptedWorkflow.run(APPLICATION.on(database), (steps, step) -> {
            List<Object> results = new ArrayList<>();
            results.add(steps.text(() -> {
                entered.incrementAndGet();
                return null;
            }));
            results.add(steps.text(() -> {
                entered.incrementAndGet();
                return "";
            }));
            results.add(steps.number(() -> {
                entered.incrementAndGet();
                return 0;
            }));
            results.add(steps.flag(() -> {
                entered.incrementAndGet();
                return false;
            }));
            steps.act(entered::incrementAndGet);
            seen.add(results);
            step.sleep("pause", "5");
            return null;
        });

        assertThat(entered).hasValue(5);
        List<Object> results = new ArrayList<>(Collections.singletonList(null));
        results.addAll(List.of("", 0, false));
        assertThat(seen).containsExactly(results, results);
    }

    @OnEveryDatabase
    void theOrderOfStepsIsNotChecked(TestDatabase database) throws Exception {
        Object output = ScriptedWorkflow.run(APPLICATION.on(database), (steps, step) -> {
            if (passes.incrementAndGet() == 1) {
                steps.text(() -> "text");
                steps.number(() -> 1);
            } else {
                // as after a deploy: the other way round, with a step more
                seen.add(steps.number(() -> 2));
                seen.add(steps.flag(() -> true));
                seen.add(steps.text(() -> "other text"));
            }
            step.sleep("pause", "5");
            return "done";
        });

        assertThat(output).isEqualTo("done");
        assertThat(seen).containsExactly(1, true, "text");
    }

    @OnEveryDatabase
    void finallyBlocksOfRunSeeEveryPass(TestDatabase database) throws Exception {
        ScriptedWorkflow.run(APPLICATION.on(database), (steps, step) -> {
            try {
                step.sleep("one", "5");
                step.sleep("two", "5");
                return steps.number(entered::incrementAndGet);
            } finally {
                passes.incrementAndGet();
            }
        });

        assertThat(passes).hasValue(3);
        assertThat(entered).hasValue(1);
    }

    @OnEveryDatabase
    void aWaitSwallowedByRunIsTakenUpAgainAtItsNextCall(TestDatabase database, CapturedOutput log) throws Exception {
        Object output = ScriptedWorkflow.run(APPLICATION.on(database), (steps, step) -> {
            int pass = passes.incrementAndGet();
            try {
                step.sleep("pause", "5");
            } catch (Throwable swallowed) {
                seen.add("swallowed in pass " + pass);
            }
            int number = steps.number(entered::incrementAndGet);
            seen.add("step in pass " + pass);
            return number;
        });

        assertThat(output).isEqualTo(1);
        assertThat(seen).containsExactly("swallowed in pass 1", "step in pass 2");
        assertThat(log).doesNotContain("run caught the error by which a wait leaves the thread");
    }

    @OnEveryDatabase
    void aReturnAfterASwallowedWaitDoesNotEndTheInstance(TestDatabase database, CapturedOutput log) throws Exception {
        Object output = ScriptedWorkflow.run(APPLICATION.on(database), (steps, step) -> {
            int pass = passes.incrementAndGet();
            try {
                step.sleep("pause", "5");
                return "slept in pass " + pass;
            } catch (Throwable swallowed) {
                return "not slept";
            }
        });

        assertThat(output).isEqualTo("slept in pass 2");
        assertThat(log).contains("run caught the error by which a wait leaves the thread");
    }

    @OnEveryDatabase
    void anExceptionMadeOfASwallowedWaitDoesNotEndTheInstance(TestDatabase database) throws Exception {
        Object output = ScriptedWorkflow.run(APPLICATION.on(database), (steps, step) -> {
            try {
                step.sleep("pause", "5");
                return "slept";
            } catch (Throwable swallowed) {
                throw new IllegalStateException(swallowed);
            }
        });

        assertThat(output).isEqualTo("slept");
    }

    @OnEveryDatabase
    void aStepWithinAStepIsPartOfIt(TestDatabase database) throws Exception {
        WorkflowInstance<Object> instance = ScriptedWorkflow.create(APPLICATION.on(database), (steps, step) -> {
            int sum = steps.number(() -> steps.number(() -> 1) + steps.number(() -> 2));
            step.sleep("pause", "5");
            return sum + steps.number(() -> 10);
        });

        assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo(13);
        assertThat(keys(database, instance.id())).containsExactly("number-1", "number-2", "pause-1");
    }

    @OnEveryDatabase
    @ExtendWith(OutputCaptureExtension.class)
    void thatAStepWithinAStepIsPartOfItIsSaidOnce(TestDatabase database, CapturedOutput log) throws Exception {
        for (int i = 0; i < 2; i++) {
            ScriptedWorkflow.run(
                    APPLICATION.on(database), (steps, step) -> steps.number(() -> steps.flag(() -> true) ? 1 : 2));
        }

        assertThat(log.getAll())
                .containsOnlyOnce("step=flag is called inside another step's body: it is part of that step, and has no "
                        + "checkpoint and no retries of its own. This is said once");
    }

    @OnEveryDatabase
    void outsideAnInstanceAStepIsAnOrdinaryMethod(TestDatabase database) throws Exception {
        ScriptedWorkflow steps = APPLICATION.on(database).getBean(ScriptedWorkflow.class);

        assertThat(steps.number(() -> 1)).isEqualTo(1);
        assertThat(steps.number(() -> 2)).isEqualTo(2);
    }

    private static List<String> keys(TestDatabase database, String instance) {
        return APPLICATION
                .on(database)
                .getBean(JdbcClient.class)
                .sql("select s.name, s.occurrence from workflow_step s join workflow_instance i on i.pk = s.instance_pk"
                        + " where i.id = ? order by s.name, s.occurrence")
                .param(instance)
                .query((row, number) -> row.getString(1) + "-" + row.getInt(2))
                .list();
    }
}
