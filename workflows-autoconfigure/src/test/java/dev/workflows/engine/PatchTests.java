package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.workflows.Status;
import dev.workflows.StepCallable;
import dev.workflows.StepOptions;
import dev.workflows.WaitOptions;
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
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Changes of {@code run} while instances run, behind {@code step.patched}. */
class PatchTests {

    @RegisterExtension
    static final SharedApplication APPLICATION = SharedApplication.of(ScriptedWorkflow.class);

    private static final StepOptions KEYED = StepOptions.defaults().withKey(42);

    /** What each pass was answered. */
    private final List<Boolean> answers = new CopyOnWriteArrayList<>();

    private boolean patched(WorkflowStep step) {
        boolean answer = step.patched("change");
        answers.add(answer);
        return answer;
    }

    private static void await(WorkflowStep step, String type) {
        step.waitForEvent(type, WaitOptions.forType(type, String.class));
    }

    /** An instance that has come to wait. */
    private static WorkflowInstance<Object> waiting(TestDatabase database, Script script) {
        WorkflowInstance<Object> instance = ScriptedWorkflow.create(APPLICATION.on(database), script);
        awaitWaiting(instance);
        return instance;
    }

    private static void awaitWaiting(WorkflowInstance<?> instance) {
        Awaitility.await().until(() -> instance.status().status() == Status.WAITING);
    }

    /** The output of an instance that goes on with changed code, once the event "go" has come. */
    private static Object goOn(TestDatabase database, WorkflowInstance<Object> instance, Script changed)
            throws InterruptedException {
        ScriptedWorkflow.deploy(APPLICATION.on(database), instance, changed);
        instance.sendEvent("go", "");
        return instance.await(ScriptedWorkflow.LONG_ENOUGH);
    }

    private static long markers(TestDatabase database, WorkflowInstance<?> instance) {
        return APPLICATION
                .on(database)
                .getBean(JdbcClient.class)
                .sql("select count(*) from workflow_step where kind = 'patch' and instance_pk ="
                        + " (select pk from workflow_instance where id = ?)")
                .param(instance.id())
                .query(Long.class)
                .single();
    }

    @OnEveryDatabase
    void aNewInstanceTakesThePatchAtEveryPass(TestDatabase database) throws Exception {
        Object output = ScriptedWorkflow.run(APPLICATION.on(database), (steps, step) -> {
            boolean taken = patched(step);
            step.sleep("a replay", "10");
            steps.number(() -> 1);
            step.sleep("another", "10");
            return taken;
        });

        assertThat(output).isEqualTo(true);
        assertThat(answers).containsExactly(true, true, true);
    }

    @OnEveryDatabase
    void anInstanceThatComesThereForTheFirstTimeTakesThePatch(TestDatabase database) throws Exception {
        WorkflowInstance<Object> instance = waiting(database, (steps, step) -> {
            steps.number(() -> 1);
            await(step, "go");
            return "old";
        });

        Object output = goOn(database, instance, (steps, step) -> {
            steps.number(() -> 1);
            await(step, "go");
            String path = patched(step) ? "new" : "old";
            step.sleep("a replay", "10");
            return path;
        });

        assertThat(output).isEqualTo("new");
        assertThat(answers).containsExactly(true, true);
    }

    @OnEveryDatabase
    void anInstanceThatHadCompletedAStepBehindItKeepsToItsPath(TestDatabase database) throws Exception {
        WorkflowInstance<Object> instance = waiting(database, (steps, step) -> {
            steps.number(() -> 1);
            await(step, "go");
            return "old";
        });

        Object output = goOn(database, instance, (steps, step) -> {
            String path = patched(step) ? steps.text(() -> "new") : "old";
            steps.number(() -> 1);
            await(step, "go");
            step.sleep("a replay", "10");
            return path;
        });

        assertThat(output).isEqualTo("old");
        assertThat(answers).containsExactly(false, false);
        assertThat(markers(database, instance)).isZero();
    }

    @OnEveryDatabase
    void anInstanceThatWaitsBehindItKeepsToItsPath(TestDatabase database) throws Exception {
        WorkflowInstance<Object> instance = waiting(database, (steps, step) -> {
            await(step, "go");
            return "old";
        });

        Object output = goOn(database, instance, (steps, step) -> {
            String path = patched(step) ? "new" : "old";
            await(step, "go");
            return path;
        });

        assertThat(output).isEqualTo("old");
    }

    @OnEveryDatabase
    void anInstanceThatRetriesAStepBehindItKeepsToItsPath(TestDatabase database) {
        WorkflowInstance<Object> instance = waiting(
                database,
                (steps, step) -> steps.retriedLater(() -> {
                    throw new IOException("not yet");
                }));
        ScriptedWorkflow.deploy(APPLICATION.on(database), instance, (steps, step) -> {
            patched(step);
            return steps.retriedLater(() -> 1);
        });

        instance.pause();
        instance.resume();

        Awaitility.await().until(() -> !answers.isEmpty());
        assertThat(answers).containsExactly(false);
        instance.terminate();
    }

    @OnEveryDatabase
    void eachRoundOfALoopIsAnsweredOnItsOwn(TestDatabase database) throws Exception {
        WorkflowInstance<Object> instance = waiting(database, (steps, step) -> {
            steps.number(() -> 1);
            await(step, "go");
            return "old";
        });

        goOn(database, instance, (steps, step) -> {
            for (int round = 0; round < 3; round++) {
                patched(step);
                steps.number(() -> 1);
                if (round == 0) {
                    await(step, "go");
                }
            }
            step.sleep("a replay", "10");
            return "done";
        });

        assertThat(answers).containsExactly(false, true, true, false, true, true);
    }

    @OnEveryDatabase
    void aPatchCanBeTakenOutOfTheCodeAgain(TestDatabase database) throws Exception {
        WorkflowInstance<Object> instance = waiting(database, (steps, step) -> {
            patched(step);
            await(step, "go");
            return "new";
        });

        Object output = goOn(database, instance, (steps, step) -> {
            await(step, "go");
            return step.patched("a later change");
        });

        assertThat(output).isEqualTo(true);
    }

    /** Where the other branch is must make no difference, so both orders are tried. */
    @OnEveryDatabase
    void whatTheOtherBranchHasDoneMakesNoDifference(TestDatabase database) throws Exception {
        for (boolean otherFirst : List.of(true, false)) {
            WorkflowInstance<Object> instance = waiting(
                    database,
                    (steps, step) -> step.all(
                            () -> {
                                await(step, "go");
                                return "old";
                            },
                            () -> steps.text(() -> "other")));
            CountDownLatch asked = new CountDownLatch(1);
            CountDownLatch answered = new CountDownLatch(1);

            Object output = goOn(
                    database,
                    instance,
                    (steps, step) -> step.all(
                            () -> {
                                await(step, "go");
                                if (otherFirst) {
                                    assertThat(asked.await(30, TimeUnit.SECONDS))
                                            .isTrue();
                                }
                                boolean taken = patched(step);
                                answered.countDown();
                                return taken ? "new" : "old";
                            },
                            () -> {
                                if (!otherFirst) {
                                    assertThat(answered.await(30, TimeUnit.SECONDS))
                                            .isTrue();
                                }
                                String other = steps.text(() -> "other");
                                asked.countDown();
                                return other;
                            }));

            assertThat(output).isEqualTo(List.of("new", "other"));
        }
    }

    @OnEveryDatabase
    void anInstanceThatIsBehindTheForkHadGonePastItsBranches(TestDatabase database) throws Exception {
        WorkflowInstance<Object> instance = waiting(database, (steps, step) -> {
            step.all(() -> steps.number(() -> 1), () -> steps.number(() -> 2));
            await(step, "go");
            return "old";
        });

        Object output = goOn(database, instance, (steps, step) -> {
            List<Boolean> taken = step.all(
                    () -> {
                        steps.number(() -> 1);
                        return patched(step);
                    },
                    () -> {
                        steps.number(() -> 2);
                        return step.all(() -> patched(step), () -> false).get(0);
                    });
            await(step, "go");
            return taken;
        });

        assertThat(output).isEqualTo(List.of(false, false));
    }

    @OnEveryDatabase
    void anInstanceThatIsInALaterForkHadGonePastTheEarlierOne(TestDatabase database) throws Exception {
        WorkflowInstance<Object> instance = waiting(database, (steps, step) -> {
            step.all(() -> steps.number(() -> 1), () -> steps.number(() -> 2));
            step.all(() -> steps.number(() -> 3), () -> {
                await(step, "go");
                return 4;
            });
            return "old";
        });

        Object output = goOn(database, instance, (steps, step) -> {
            List<Boolean> taken = step.all(
                    () -> {
                        steps.number(() -> 1);
                        return patched(step);
                    },
                    () -> steps.number(() -> 2) < 0);
            boolean between = patched(step);
            step.all(() -> steps.number(() -> 3), () -> {
                await(step, "go");
                return 4;
            });
            return List.of(taken.get(0), between, patched(step));
        });

        assertThat(output).isEqualTo(List.of(false, false, true));
    }

    @OnEveryDatabase
    void whatTheLosersOfARaceHadDoneMakesNoDifference(TestDatabase database) throws Exception {
        WorkflowInstance<Object> instance = waiting(database, (steps, step) -> {
            CountDownLatch started = new CountDownLatch(1);
            step.race(
                    "first",
                    () -> {
                        started.await();
                        return 1;
                    },
                    () -> {
                        steps.number(() -> 2);
                        started.countDown();
                        step.sleep("never", Duration.ofHours(1));
                        return 2;
                    });
            await(step, "go");
            return "old";
        });

        Object output = goOn(database, instance, (steps, step) -> {
            step.race("first", () -> 1, () -> 2);
            await(step, "go");
            return patched(step);
        });

        assertThat(output).isEqualTo(true);
    }

    /** Such steps are stored without their branch: in run itself, whatever is there comes after the place. */
    @OnEveryDatabase
    void aStepWithAKeyCountsInRun(TestDatabase database) throws Exception {
        WorkflowInstance<Object> instance =
                pausedAfterItsStep(database, (step, body) -> step.call("charge", String.class, KEYED, body));

        assertThat(resume(database, instance, (steps, step) -> {
                    boolean taken = patched(step);
                    return taken + step.call("charge", String.class, KEYED, () -> ", again");
                }))
                .isEqualTo("false, charged");
    }

    @OnEveryDatabase
    void aStepWithAKeyOfAnotherBranchMakesNoDifference(TestDatabase database) throws Exception {
        WorkflowInstance<Object> instance = pausedAfterItsStep(
                database, (step, body) -> step.all(() -> "", () -> step.call("charge", String.class, KEYED, body)));

        assertThat(resume(
                        database,
                        instance,
                        (steps, step) -> step.all(
                                () -> patched(step) + "", () -> step.call("charge", String.class, KEYED, () -> ""))))
                .isEqualTo(List.of("true", ", charged"));
    }

    @FunctionalInterface
    private interface OneStep {
        Object call(WorkflowStep step, StepCallable<String> body) throws Exception;
    }

    private static WorkflowInstance<Object> pausedAfterItsStep(TestDatabase database, OneStep only) throws Exception {
        CountDownLatch inBody = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        WorkflowInstance<Object> instance = ScriptedWorkflow.create(APPLICATION.on(database), (steps, step) -> {
            Object made = only.call(step, () -> {
                inBody.countDown();
                goOn.await();
                return ", charged";
            });
            steps.number(() -> 1);
            return made;
        });
        assertThat(inBody.await(30, TimeUnit.SECONDS)).isTrue();
        instance.pause();
        goOn.countDown();
        Awaitility.await().until(() -> instance.status().status() == Status.PAUSED);
        return instance;
    }

    private static Object resume(TestDatabase database, WorkflowInstance<Object> instance, Script changed)
            throws InterruptedException {
        ScriptedWorkflow.deploy(APPLICATION.on(database), instance, changed);
        instance.resume();
        return instance.await(ScriptedWorkflow.LONG_ENOUGH);
    }
}
