package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.workflows.InstanceStatus.InstanceError;
import dev.workflows.Status;
import dev.workflows.Step;
import dev.workflows.StepCallable;
import dev.workflows.WaitOptions;
import dev.workflows.Workflow;
import dev.workflows.WorkflowBinding;
import dev.workflows.WorkflowEntrypoint;
import dev.workflows.WorkflowEvent;
import dev.workflows.WorkflowInstance;
import dev.workflows.WorkflowStep;
import dev.workflows.engine.ScriptedWorkflow.Script;
import dev.workflows.test.OnEveryDatabase;
import dev.workflows.test.SharedApplication;
import dev.workflows.test.TestDatabase;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.annotation.Transactional;

/** Branches that run at the same time. */
class BranchTests {

    @RegisterExtension
    static final SharedApplication APPLICATION = SharedApplication.of(ScriptedWorkflow.class, RacingWorkflow.class);

    private final AtomicInteger passes = new AtomicInteger();
    private final Map<String, Integer> entered = new ConcurrentHashMap<>();

    private static WorkflowInstance<Object> create(TestDatabase database, Script script) {
        return ScriptedWorkflow.create(APPLICATION.on(database), script);
    }

    private static Object run(TestDatabase database, Script script) throws InterruptedException {
        return ScriptedWorkflow.run(APPLICATION.on(database), script);
    }

    private int enter(String body) {
        return entered.merge(body, 1, Integer::sum);
    }

    @OnEveryDatabase
    void branchesRunAtTheSameTimeAndReturnInOrder(TestDatabase database) throws Exception {
        CyclicBarrier together = new CyclicBarrier(3);
        Object output = run(database, (steps, step) -> {
            List<StepCallable<String>> branches = IntStream.range(0, 3)
                    .mapToObj(i -> (StepCallable<String>) () -> steps.text(() -> {
                        together.await(30, TimeUnit.SECONDS);
                        return "branch " + i;
                    }))
                    .toList();
            return step.all(branches);
        });

        assertThat(output).isEqualTo(List.of("branch 0", "branch 1", "branch 2"));
    }

    @OnEveryDatabase
    void occurrencesInABranchDoNotDependOnTiming(TestDatabase database) throws Exception {
        CountDownLatch secondIsDone = new CountDownLatch(1);
        Object output = run(database, (steps, step) -> {
            passes.incrementAndGet();
            List<String> results = step.all(
                    () -> {
                        steps.act(secondIsDone::await);
                        return steps.text(() -> "first " + enter("first"));
                    },
                    () -> {
                        String result = steps.text(() -> "second " + enter("second"));
                        secondIsDone.countDown();
                        return result;
                    });
            step.sleep("a replay", Duration.ofMillis(10));
            return results;
        });

        assertThat(output).isEqualTo(List.of("first 1", "second 1"));
        assertThat(passes).hasValue(2);
        assertThat(entered).isEqualTo(Map.of("first", 1, "second", 1));
    }

    @OnEveryDatabase
    void aBranchSleepsRetriesAndWaitsWhileAnotherWorks(TestDatabase database) throws Exception {
        CountDownLatch othersAreDone = new CountDownLatch(3);
        WorkflowInstance<Object> instance = create(database, (steps, step) -> {
            passes.incrementAndGet();
            List<StepCallable<Object>> branches = List.of(
                    () -> {
                        steps.act(() -> assertThat(othersAreDone.await(30, TimeUnit.SECONDS))
                                .isTrue());
                        return "worked";
                    },
                    () -> {
                        step.sleep("short", Duration.ofMillis(20));
                        othersAreDone.countDown();
                        return "slept";
                    },
                    () -> {
                        int attempts = steps.retriedFiveTimes(() -> {
                            if (enter("retried") < 3) {
                                throw new IOException("again");
                            }
                            return enter("retried");
                        });
                        othersAreDone.countDown();
                        return "retried " + attempts;
                    },
                    () -> {
                        int payload = step.waitForEvent("number", WaitOptions.forType("number", Integer.class))
                                .payload();
                        othersAreDone.countDown();
                        return "received " + payload;
                    });
            return step.all(branches);
        });
        instance.sendEvent("number", 7);

        assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH))
                .isEqualTo(List.of("worked", "slept", "retried 4", "received 7"));
        assertThat(passes).hasValue(1);
    }

    @OnEveryDatabase
    void onceAllBranchesWaitTheInstanceLeavesItsThreads(TestDatabase database) throws Exception {
        WorkflowInstance<Object> instance = create(database, (steps, step) -> {
            passes.incrementAndGet();
            return step.all(
                    () -> {
                        steps.number(() -> enter("first"));
                        step.waitForEvent("go", WaitOptions.forType("go", Object.class));
                        return steps.number(() -> enter("first"));
                    },
                    () -> {
                        steps.number(() -> enter("second"));
                        step.sleep("hour", Duration.ofMillis(300));
                        return steps.number(() -> enter("second"));
                    });
        });
        await().until(() -> instance.status().status() == Status.WAITING);
        assertThat(entered).containsEntry("first", 1);

        instance.sendEvent("go", "now");

        assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo(List.of(2, 2));
        assertThat(passes).hasValueGreaterThan(1);
        assertThat(entered).isEqualTo(Map.of("first", 2, "second", 2));
    }

    @OnEveryDatabase
    void ifABranchFailsTheOthersRunToTheirEnd(TestDatabase database) throws Exception {
        CountDownLatch failed = new CountDownLatch(1);
        InstanceError error = ScriptedWorkflow.failure(
                APPLICATION.on(database),
                (steps, step) -> step.all(
                        () -> {
                            try {
                                return steps.number(() -> {
                                    throw new IOException("no luck");
                                });
                            } finally {
                                failed.countDown();
                            }
                        },
                        () -> {
                            steps.act(failed::await);
                            step.sleep("short", Duration.ofMillis(10));
                            return steps.number(() -> enter("second"));
                        }));

        assertThat(error).isEqualTo(new InstanceError("IOException", "no luck"));
        assertThat(entered).containsEntry("second", 1);
    }

    @OnEveryDatabase
    void theFirstFailureInTheOrderOfTheBranchesIsThrown(TestDatabase database) throws Exception {
        CountDownLatch secondFailed = new CountDownLatch(1);
        InstanceError error = ScriptedWorkflow.failure(
                APPLICATION.on(database),
                (steps, step) -> step.all(
                        () -> {
                            steps.act(secondFailed::await);
                            throw new IOException("first");
                        },
                        () -> {
                            secondFailed.countDown();
                            throw new IOException("second");
                        }));

        assertThat(error).isEqualTo(new InstanceError("IOException", "first"));
    }

    @OnEveryDatabase
    void branchesNest(TestDatabase database) throws Exception {
        Object output = run(database, (steps, step) -> {
            passes.incrementAndGet();
            List<List<Integer>> both = step.all(
                    () -> step.all(() -> steps.number(() -> enter("1.1")), () -> {
                        step.sleep("nested", Duration.ofMillis(10));
                        return steps.number(() -> enter("1.2"));
                    }),
                    () -> step.all(() -> steps.number(() -> enter("2.1")), () -> steps.number(() -> enter("2.2"))));
            step.sleep("after", Duration.ofMillis(10));
            return both;
        });

        assertThat(output).isEqualTo(List.of(List.of(1, 1), List.of(1, 1)));
        assertThat(entered).isEqualTo(Map.of("1.1", 1, "1.2", 1, "2.1", 1, "2.2", 1));
    }

    @OnEveryDatabase
    void theWinnerOfARaceIsTheSameAtEveryReplay(TestDatabase database) throws Exception {
        AtomicBoolean interrupted = new AtomicBoolean();
        CountDownLatch inBody = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        Object output = run(database, (steps, step) -> {
            passes.incrementAndGet();
            String winner = step.race(
                    "fastest",
                    () -> {
                        // at a replay, this one would be the first
                        if (passes.get() == 1) {
                            steps.act(() -> {
                                inBody.countDown();
                                try {
                                    never.await();
                                } catch (InterruptedException e) {
                                    interrupted.set(true);
                                    throw e;
                                }
                            });
                        }
                        return "slow";
                    },
                    () -> steps.text(() -> {
                        inBody.await();
                        return "fast " + enter("fast");
                    }));
            step.sleep("a replay", Duration.ofMillis(10));
            return winner;
        });

        assertThat(output).isEqualTo("fast 1");
        assertThat(passes).hasValue(2);
        await().untilTrue(interrupted);
    }

    @OnEveryDatabase
    void aRaceAgainstASleepIsATimeout(TestDatabase database) throws Exception {
        Object output = run(database, (steps, step) -> {
            passes.incrementAndGet();
            return step.race(
                    "timeout",
                    () -> {
                        step.sleep("patience", Duration.ofMillis(50));
                        return "timed out";
                    },
                    () -> step.waitForEvent("go", WaitOptions.forType("go", String.class))
                            .payload());
        });

        assertThat(output).isEqualTo("timed out");
    }

    @OnEveryDatabase
    void aRaceIsLostToAFailureToo(TestDatabase database) throws Exception {
        InstanceError error = ScriptedWorkflow.failure(
                APPLICATION.on(database),
                (steps, step) -> step.race(
                        "failure",
                        () -> {
                            step.sleep("long", Duration.ofHours(1));
                            return 1;
                        },
                        () -> steps.number(() -> {
                            throw new IOException("no luck");
                        })));

        assertThat(error).isEqualTo(new InstanceError("IOException", "no luck"));
    }

    @OnEveryDatabase
    void aPauseWaitsForTheBodiesOfAllBranches(TestDatabase database) throws Exception {
        CountDownLatch inBody = new CountDownLatch(2);
        CountDownLatch goOn = new CountDownLatch(1);
        WorkflowInstance<Object> instance = create(database, (steps, step) -> {
            StepCallable<Integer> branch = () -> {
                steps.act(() -> {
                    inBody.countDown();
                    goOn.await();
                });
                return steps.number(() -> enter("after"));
            };
            return step.all(branch, branch);
        });
        assertThat(inBody.await(30, TimeUnit.SECONDS)).isTrue();

        instance.pause();
        assertThat(instance.status().status()).isEqualTo(Status.WAITING_FOR_PAUSE);
        goOn.countDown();

        await().until(() -> instance.status().status() == Status.PAUSED);
        assertThat(entered).isEmpty();
        instance.resume();
        instance.await(ScriptedWorkflow.LONG_ENOUGH);
        assertThat(entered).isEqualTo(Map.of("after", 2));
    }

    @Workflow
    static class RacingWorkflow implements WorkflowEntrypoint<Void, String> {

        private final CountDownLatch inBody = new CountDownLatch(1);
        private final JdbcClient jdbc;

        RacingWorkflow(JdbcClient jdbc) {
            this.jdbc = jdbc;
        }

        private List<String> attempts(String instance) {
            return jdbc.sql(
                            "select a.error_name from workflow_attempt a join workflow_instance i on i.pk = a.instance_pk"
                                    + " where i.id = ?")
                    .param(instance)
                    .query(String.class)
                    .list();
        }

        @Override
        public String run(WorkflowEvent<Void> event, WorkflowStep step) throws Exception {
            String winner = step.race("race", this::hang, () -> {
                step.call("wait", inBody::await);
                return "won";
            });
            step.call(
                    "see",
                    () -> await().until(() -> attempts(event.instanceId()).equals(List.of("Interrupted"))));
            return winner;
        }

        @Step
        @Transactional
        String hang() throws InterruptedException {
            inBody.countDown();
            new CountDownLatch(1).await();
            return "lost";
        }
    }

    @OnEveryDatabase
    @SuppressWarnings("unchecked")
    void thatALoserWasInsideATransactionalStepIsStored(TestDatabase database) throws Exception {
        WorkflowInstance<String> instance =
                ((WorkflowBinding<Void, String>) APPLICATION.on(database).getBean("RACING_WORKFLOW")).create();

        assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo("won");
    }
}
