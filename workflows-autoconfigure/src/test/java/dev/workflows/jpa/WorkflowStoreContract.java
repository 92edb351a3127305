package dev.workflows.jpa;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.workflows.ChildInstance;
import dev.workflows.ParentInstance;
import dev.workflows.Status;
import dev.workflows.store.Admission;
import dev.workflows.store.Checkpoint;
import dev.workflows.store.Claim;
import dev.workflows.store.Due;
import dev.workflows.store.Ending;
import dev.workflows.store.EventWait;
import dev.workflows.store.FailedAttempt;
import dev.workflows.store.Failure;
import dev.workflows.store.Heartbeat;
import dev.workflows.store.InstanceQueue;
import dev.workflows.store.NewInstance;
import dev.workflows.store.Owned;
import dev.workflows.store.Parent;
import dev.workflows.store.Reception;
import dev.workflows.store.StartedChild;
import dev.workflows.store.StepKey;
import dev.workflows.store.Wake;
import dev.workflows.store.WorkflowStore;
import dev.workflows.store.Written;
import dev.workflows.test.OwnThread;
import dev.workflows.test.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Who may write on behalf of an instance, and who wins, whatever the database. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class WorkflowStoreContract {

    private static final List<String> TABLES = List.of(
            "workflow_instance",
            "workflow_step",
            "workflow_attempt",
            "workflow_event",
            "workflow_label",
            "workflow_node");
    private static final String WORKFLOW = "order";
    private static final StepKey STEP = new StepKey(StepKey.Kind.STEP, "charge", 1);
    private static final StepKey WAIT = new StepKey(StepKey.Kind.WAIT, "for approval", 1);
    private static final String CHILD_WORKFLOW = "payment";
    private static final StepKey CHILD = new StepKey(StepKey.Kind.CHILD, CHILD_WORKFLOW, 1);
    private static final StepKey RESULT =
            new StepKey(StepKey.Kind.CHILD_RESULT, StepKey.ANY_BRANCH, CHILD_WORKFLOW + "/child", 1);
    private static final StepKey SLEEP = new StepKey(StepKey.Kind.SLEEP, "cool down", 1);
    private static final Instant NOW = Instant.now().truncatedTo(ChronoUnit.MICROS);
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration RUN_OUT = Duration.ZERO;

    /** Every write that carries a claim, and how it says that it changed nothing. */
    enum Write {
        APPEND(Written.STALE) {
            @Override
            Object to(WorkflowStore store, Claim claim) {
                return store.append(claim, completed("late"));
            }
        },
        SLEEP(Written.STALE) {
            @Override
            Object to(WorkflowStore store, Claim claim) {
                return store.sleep(claim, WorkflowStoreContract.SLEEP, NOW, MINUTE, true);
            }
        },
        SLEEP_IN_A_BRANCH(Written.STALE) {
            @Override
            Object to(WorkflowStore store, Claim claim) {
                return store.sleep(claim, WorkflowStoreContract.SLEEP, NOW, MINUTE, false);
            }
        },
        RECEIVE(Written.STALE) {
            @Override
            Object to(WorkflowStore store, Claim claim) {
                return store.receive(claim, WAIT, new EventWait("approval", MINUTE, NOW), true)
                        .written();
            }
        },
        SUSPEND(false) {
            @Override
            Object to(WorkflowStore store, Claim claim) {
                return store.suspend(claim, Wake.after(MINUTE));
            }
        },
        POSTPONE(false) {
            @Override
            Object to(WorkflowStore store, Claim claim) {
                return store.postpone(claim, MINUTE);
            }
        },
        ATTEMPT_FAILED(false) {
            @Override
            Object to(WorkflowStore store, Claim claim) {
                return store.attemptFailed(claim, failed(1));
            }
        },
        RETRY_LATER(false) {
            @Override
            Object to(WorkflowStore store, Claim claim) {
                return store.retryLater(claim, failed(1), MINUTE, true);
            }
        },
        STEP_FAILED(Written.STALE) {
            @Override
            Object to(WorkflowStore store, Claim claim) {
                return store.stepFailed(claim, failed(1), Checkpoint.failed(failed(1)));
            }
        },
        COMPLETE(false) {
            @Override
            Object to(WorkflowStore store, Claim claim) {
                return store.end(claim, Ending.complete("\"late\"", false), MINUTE);
            }
        },
        ERROR(false) {
            @Override
            Object to(WorkflowStore store, Claim claim) {
                return store.end(claim, Ending.errored(failed(1).failure()), MINUTE);
            }
        },
        START_CHILD(Written.STALE) {
            @Override
            Object to(WorkflowStore store, Claim claim) {
                return startChild(store, claim, "child-of-" + claim.id()).written();
            }
        },
        AWAIT_CHILD(Written.STALE) {
            @Override
            Object to(WorkflowStore store, Claim claim) {
                startChild(store, claim, "child-of-" + claim.id());
                return awaitChild(store, claim, "child-of-" + claim.id()).written();
            }
        },
        RELEASE(false) {
            @Override
            Object to(WorkflowStore store, Claim claim) {
                return store.release(claim, true);
            }
        };

        final Object refused;

        Write(Object refused) {
            this.refused = refused;
        }

        abstract Object to(WorkflowStore store, Claim claim);
    }

    private final AtomicInteger ids = new AtomicInteger();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private HikariDataSource pool;
    private JpaWorkflowStore store;
    private TransactionTemplate transaction;

    abstract TestDatabase database();

    @BeforeAll
    void open() {
        pool = TestDatabase.pool(database().newUrl());
        pool.setMaximumPoolSize(12);
        WorkflowSchema.prepare(pool, SchemaMode.MIGRATE);
        store = new JpaWorkflowStore(pool, false);
        transaction = new TransactionTemplate(new JdbcTransactionManager(pool));
    }

    @AfterAll
    void close() {
        threads.shutdownNow();
        store.close();
        pool.close();
    }

    @BeforeEach
    void empty() {
        TABLES.forEach(
                table -> JdbcClient.create(pool).sql("delete from " + table).update());
        store.join("first", "", MINUTE);
        store.join("second", "", MINUTE);
    }

    @ParameterizedTest
    @EnumSource(Write.class)
    void writesOfTheOwnerAreStored(Write write) {
        Claim claim = createdAndClaimed("first");
        Map<String, List<Map<String, Object>>> before = tables();

        assertThat(write.to(store, claim)).isNotEqualTo(write.refused);

        assertThat(tables()).isNotEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource(Write.class)
    void writesOfAFormerOwnerChangeNothingWhileTheInstanceIsQueued(Write write) {
        Claim stale = createdAndClaimed("first");
        store.leave("first");

        assertRefused(write, stale);
    }

    @ParameterizedTest
    @EnumSource(Write.class)
    void writesOfAFormerOwnerChangeNothingWhileAnotherNodeRunsTheInstance(Write write) {
        Claim stale = createdAndClaimed("first");
        store.leave("first");
        claim("second");

        assertRefused(write, stale);
    }

    @ParameterizedTest
    @EnumSource(Write.class)
    void writesOfAnEarlierClaimOfTheSameNodeChangeNothing(Write write) {
        Claim stale = createdAndClaimed("first");
        store.release(stale, false);
        claim("first");

        assertRefused(write, stale);
    }

    @ParameterizedTest
    @EnumSource(Write.class)
    void writesChangeNothingOnceTheInstanceHasEnded(Write write) {
        Claim claim = createdAndClaimed("first");
        store.end(claim, Ending.complete("\"done\"", false), MINUTE);

        assertRefused(write, claim);
    }

    @ParameterizedTest
    @EnumSource(Write.class)
    void writesChangeNothingWhileTheInstanceWaits(Write write) {
        Claim claim = createdAndClaimed("first");
        store.suspend(claim, Wake.after(MINUTE));

        assertRefused(write, claim);
    }

    @ParameterizedTest
    @EnumSource(Write.class)
    void writesToAnInstanceThatIsGoneChangeNothing(Write write) {
        Claim claim = createdAndClaimed("first");
        store.end(claim, Ending.complete("\"done\"", false), RUN_OUT);
        assertThat(store.purge(10)).isEqualTo(1);

        assertRefused(write, claim);
    }

    @Test
    void aStaleAppendInTheCallersTransactionChangesNothing() {
        Claim stale = createdAndClaimed("first");
        store.leave("first");
        claim("second");

        Written written = transaction.execute(status -> store.append(stale, completed("late")));

        assertThat(written).isEqualTo(Written.STALE);
        assertThat(store.checkpoint(stale, STEP)).isEmpty();
    }

    @Test
    void readsInTheCallersTransactionSeeItsWritesAndStandInTheWayOfNone() {
        String id = createdAndClaimed("first").id();

        transaction.executeWithoutResult(status -> {
            assertThat(store.find(WORKFLOW, id).orElseThrow().status()).isEqualTo(Status.RUNNING);
            assertThat(store.taken(List.of(WORKFLOW), List.of(id))).containsExactly(id);
            assertThat(store.parent(WORKFLOW, id)).isEmpty();
            assertThat(store.children(WORKFLOW, id)).isEmpty();
            store.pause(WORKFLOW, id);
            assertThat(store.find(WORKFLOW, id).orElseThrow().status()).isEqualTo(Status.WAITING_FOR_PAUSE);
        });
    }

    @Test
    void nothingIsLeftToBeDoneWhenTheCallersTransactionHasEnded() {
        Claim claim = createdAndClaimed("first");

        transaction.executeWithoutResult(status -> {
            store.append(claim, completed("first"));
            assertThat(TransactionSynchronizationManager.getSynchronizations()).isEmpty();
            assertThat(TransactionSynchronizationManager.getResourceMap()).containsOnlyKeys(pool);
        });
    }

    @Test
    void theFirstOfTwoAppendsOfOneStepWins() {
        Claim claim = createdAndClaimed("first");

        assertThat(store.append(claim, completed("first"))).isEqualTo(Written.STORED);
        assertThat(store.append(claim, completed("second"))).isEqualTo(Written.EXISTS);

        assertThat(output(claim)).isEqualTo("\"first\"");
    }

    @Test
    void anAppendInTheCallersTransactionLosesToOneThatCameFirst() {
        Claim claim = createdAndClaimed("first");
        store.append(claim, completed("first"));

        Written written = transaction.execute(status -> {
            Written joined = store.append(claim, completed("second"));
            status.setRollbackOnly();
            return joined;
        });

        assertThat(written).isEqualTo(Written.EXISTS);
        assertThat(output(claim)).isEqualTo("\"first\"");
    }

    @Test
    void anOutcomeThatExistsWinsOverALastFailedAttempt() {
        Claim claim = createdAndClaimed("first");
        store.append(claim, completed("first"));

        assertThat(store.stepFailed(claim, failed(1), Checkpoint.failed(failed(1))))
                .isEqualTo(Written.EXISTS);

        assertThat(output(claim)).isEqualTo("\"first\"");
        assertThat(store.history(claim).retries()).isEmpty();
    }

    @Test
    void ofManyRacingAppendsOfOneStepExactlyOneIsStored() throws Exception {
        for (int round = 0; round < 10; round++) {
            Claim claim = createdAndClaimed("first");
            int writers = 8;
            CyclicBarrier start = new CyclicBarrier(writers);
            List<Written> written = together(IntStream.range(0, writers)
                    .<Callable<Written>>mapToObj(writer -> () -> {
                        start.await(10, TimeUnit.SECONDS);
                        return store.append(claim, completed("writer " + writer));
                    })
                    .toList());

            assertThat(written).containsOnlyOnce(Written.STORED);
            assertThat(written.stream().filter(Written.EXISTS::equals)).hasSize(writers - 1);
            int winner = written.indexOf(Written.STORED);
            assertThat(output(claim)).isEqualTo("\"writer " + winner + "\"");
        }
    }

    @Test
    void anAppendThatMeetsAnUncommittedOneWaitsForItAndLoses() throws Exception {
        Claim claim = createdAndClaimed("first");

        Future<Written> second = transaction.execute(status -> {
            assertThat(store.append(claim, completed("first"))).isEqualTo(Written.STORED);
            return threads.submit(() -> store.append(claim, completed("second")));
        });

        assertThat(second.get(10, TimeUnit.SECONDS)).isEqualTo(Written.EXISTS);
        assertThat(output(claim)).isEqualTo("\"first\"");
    }

    @Test
    void anAppendThatMeetsOneThatIsRolledBackWins() throws Exception {
        Claim claim = createdAndClaimed("first");

        Future<Written> second = transaction.execute(status -> {
            assertThat(store.append(claim, completed("first"))).isEqualTo(Written.STORED);
            status.setRollbackOnly();
            return threads.submit(() -> store.append(claim, completed("second")));
        });

        assertThat(second.get(10, TimeUnit.SECONDS)).isEqualTo(Written.STORED);
        assertThat(output(claim)).isEqualTo("\"second\"");
    }

    @Test
    void nobodyTakesAnInstanceBetweenAnAppendAndItsCommit() throws Exception {
        Claim claim = createdAndClaimed("first");

        Future<?> taken = transaction.execute(status -> {
            assertThat(store.append(claim, completed("first"))).isEqualTo(Written.STORED);
            assertThat(lockableInstances()).isEmpty();
            return threads.submit(() -> store.leave("first"));
        });

        taken.get(10, TimeUnit.SECONDS);
        assertThat(output(claim)).isEqualTo("\"first\"");
        assertThat(store.append(claim, completed("late"))).isEqualTo(Written.STALE);
    }

    @Test
    void aNodeWhoseLeaseRanOutLosesItsInstancesAndIsTold() {
        Claim stale = createdAndClaimed("first");
        assertThat(store.renew("first", RUN_OUT)).isPresent();

        assertThat(store.recover()).isEqualTo(1);

        assertThat(store.renew("first", MINUTE)).isEmpty();
        Claim next = claim("second");
        assertThat(next.interrupted()).isTrue();
        assertThat(next.epoch()).isGreaterThan(stale.epoch());
        assertThat(store.append(stale, completed("late"))).isEqualTo(Written.STALE);
        assertThat(store.append(next, completed("next"))).isEqualTo(Written.STORED);
        assertThat(output(next)).isEqualTo("\"next\"");
    }

    @Test
    void anInstanceWithANewIdIsCreatedOnceHoweverOftenItsCommitIsInDoubt() {
        NewInstance instance = newInstance("made-up", "first");

        long key = store.createNew(instance);

        assertThat(store.createNew(instance)).isEqualTo(key);
        assertThat(store.claim("second", List.of(InstanceQueue.unlimited(WORKFLOW)), 1))
                .isEmpty();
        assertThat(store.find(WORKFLOW, "made-up").orElseThrow().status()).isEqualTo(Status.RUNNING);
    }

    @Test
    void whatIsDueIsCountedUpToAHundred() {
        for (int batch = 0; batch < 2; batch++) {
            int from = batch * 60;
            store.create(IntStream.range(from, from + 60)
                    .mapToObj(i -> new NewInstance(WORKFLOW, "i-" + i, "{}", false, NOW, null, null, Map.of(), ""))
                    .toList());
            assertThat(store.due(List.of(WORKFLOW)).count()).isEqualTo(batch == 0 ? 60 : Due.MOST);
        }
        store.claim("first", List.of(InstanceQueue.unlimited(WORKFLOW)), 100)
                .forEach(claim -> store.release(claim, false));

        assertThat(store.due(List.of(WORKFLOW))).isEqualTo(new Due(Due.MOST, null));
    }

    @Test
    void aHeartbeatSaysWhatTheNodeOwnsAndWhetherAnyOtherIsGone() {
        Claim mine = createdAndClaimed("first");
        createdAndClaimed("second");

        Heartbeat heartbeat = store.renew("first", MINUTE).orElseThrow();

        assertThat(heartbeat.owned()).containsExactly(new Owned(mine.key(), mine.epoch(), Status.RUNNING, 0));
        assertThat(heartbeat.anyGone()).isFalse();
        store.renew("second", RUN_OUT);
        assertThat(store.renew("first", MINUTE).orElseThrow().anyGone()).isTrue();
        store.recover();
        assertThat(store.renew("first", MINUTE).orElseThrow().anyGone()).isFalse();
        store.end(mine, Ending.complete("\"done\"", false), MINUTE);
        assertThat(store.renew("first", MINUTE).orElseThrow().owned()).isEmpty();
    }

    @Test
    void aHeartbeatSeesAnInstanceThatWasCreatedForANodeThatIsGone() {
        store.leave("second");
        create("second");

        assertThat(store.renew("first", MINUTE).orElseThrow().anyGone()).isTrue();
    }

    @Test
    void recoveringLeavesTheInstancesOfLivingNodesAlone() {
        Claim dead = createdAndClaimed("first");
        Claim alive = createdAndClaimed("second");
        store.renew("first", RUN_OUT);

        assertThat(store.recover()).isEqualTo(1);

        assertThat(store.append(dead, completed("late"))).isEqualTo(Written.STALE);
        assertThat(store.append(alive, completed("alive"))).isEqualTo(Written.STORED);
        assertThat(store.recover()).isZero();
    }

    @Test
    void recoveringWaitsForNoInstanceThatADeadNodeHasLocked() {
        Claim locked = createdAndClaimed("first");
        Claim free = createdAndClaimed("first");
        store.renew("first", RUN_OUT);

        transaction.executeWithoutResult(status -> {
            // as a node that is cut off does until the database notices
            store.append(locked, completed("first"));
            assertThat(meanwhile(store::recover)).isEqualTo(1);
            assertThat(meanwhile(() -> store.append(free, completed("late")))).isEqualTo(Written.STALE);
        });

        assertThat(store.recover()).isEqualTo(1);
        assertThat(store.append(locked, completed("late"))).isEqualTo(Written.STALE);
    }

    @Test
    void anInstanceCreatedForANodeThatIsGoneIsTakenOver() {
        store.leave("first");
        create("first");

        assertThat(store.recover()).isEqualTo(1);

        assertThat(claim("second").epoch()).isGreaterThan(1);
    }

    @Test
    void nodesThatClaimTogetherShareWhatIsDue() throws Exception {
        int instances = 60;
        IntStream.range(0, instances).forEach(i -> create(null));
        int nodes = 6;
        CyclicBarrier start = new CyclicBarrier(nodes);

        List<List<Claim>> claims = together(IntStream.range(0, nodes)
                .<Callable<List<Claim>>>mapToObj(node -> () -> {
                    start.await(10, TimeUnit.SECONDS);
                    List<Claim> mine = new ArrayList<>();
                    List<Claim> more;
                    while (!(more = store.claim("first", List.of(InstanceQueue.unlimited(WORKFLOW)), 7)).isEmpty()) {
                        mine.addAll(more);
                    }
                    return mine;
                })
                .toList());

        assertThat(claims.stream().flatMap(List::stream).map(Claim::key))
                .doesNotHaveDuplicates()
                .hasSize(instances);
    }

    @Test
    void aPostponedInstanceIsDueLaterAndIsAsItWasClaimed() {
        createdAndClaimed("first");
        store.leave("first");
        Claim interrupted = claim("second");
        assertThat(interrupted.interrupted()).isTrue();

        store.postpone(interrupted, MINUTE);
        assertThat(store.claim("second", List.of(InstanceQueue.unlimited(WORKFLOW)), 1))
                .isEmpty();
        assertThat(store.due(List.of(WORKFLOW)).next()).isBetween(Duration.ofSeconds(50), Duration.ofSeconds(60));
        JdbcClient.create(pool)
                .sql("update workflow_instance set due_at = current_timestamp")
                .update();

        Claim again = claim("second");
        assertThat(again.interrupted()).isTrue();
        store.release(again, false);
        Claim undisturbed = claim("second");
        store.postpone(undisturbed, RUN_OUT);
        assertThat(claim("second").interrupted()).isFalse();
    }

    @Test
    void anInstanceIsDueAtItsDeadlineWhateverItWaitsFor() {
        create("short", Duration.ofSeconds(30));
        Claim suspended = claim("first");
        assertThat(suspended.deadline()).isEqualTo(Duration.ofSeconds(30));
        assertThat(store.untilDeadline(suspended).orElseThrow()).isBetween(Duration.ZERO, Duration.ofSeconds(30));

        store.suspend(suspended, Wake.after(MINUTE));

        assertThat(store.untilDeadline(suspended)).isEmpty();
        assertDueAtDeadline();
        store.pause(WORKFLOW, "short");
        assertDueAtDeadline();
        makeDue();
        Claim paused = claim("first");
        store.sleep(paused, SLEEP, NOW, MINUTE, true);
        assertDueAtDeadline();
        makeDue();
        store.receive(claim("first"), WAIT, new EventWait("approval", MINUTE, NOW), true);
        assertDueAtDeadline();
        makeDue();
        Claim pausing = claim("first");
        store.pause(WORKFLOW, "short");
        store.release(pausing, false);
        assertThat(store.find(WORKFLOW, "short").orElseThrow().status()).isEqualTo(Status.PAUSED);
        assertDueAtDeadline();
    }

    @Test
    void anInstanceThatWasToBePausedIsDueAtItsDeadlineWhenItsNodeIsGone() {
        create("short", Duration.ofSeconds(30));
        claim("first");
        store.pause(WORKFLOW, "short");

        store.leave("first");

        assertThat(store.find(WORKFLOW, "short").orElseThrow().status()).isEqualTo(Status.PAUSED);
        assertDueAtDeadline();
    }

    @Test
    void aDeadlineLimitsNoRollbackAndNoSearchForAnotherNode() {
        create("short", Duration.ofSeconds(30));
        Claim claim = claim("first");
        store.postpone(claim, MINUTE);
        assertThat(store.due(List.of(WORKFLOW)).next()).isGreaterThan(Duration.ofSeconds(31));
        makeDue();
        Claim failed = claim("first");
        store.beginRollback(failed, Ending.errored(failed(1).failure()));

        store.suspend(failed, Wake.after(MINUTE));

        assertThat(store.due(List.of(WORKFLOW)).next()).isGreaterThan(Duration.ofSeconds(31));
    }

    @Test
    void aRestartBeginsTheDeadlineAnew() {
        create("short", Duration.ofSeconds(30));
        Claim claim = claim("first");
        JdbcClient.create(pool)
                .sql("update workflow_instance set deadline_at = current_timestamp - interval '1' hour")
                .update();
        assertThat(store.untilDeadline(claim).orElseThrow()).isNegative();

        store.restart(WORKFLOW, "short", null, workflow -> MINUTE);

        assertThat(store.untilDeadline(claim("first")).orElseThrow()).isGreaterThan(Duration.ofSeconds(20));
    }

    @Test
    void anInstanceWithoutADeadlineHasNone() {
        Claim claim = createdAndClaimed("first");

        assertThat(claim.deadline()).isNull();
        assertThat(store.untilDeadline(claim)).isEmpty();
    }

    private void create(String id, Duration deadline) {
        assertThat(store.create(List.of(newInstance(id, null).endedWithin(deadline))))
                .containsOnlyKeys(id);
    }

    private void assertDueAtDeadline() {
        assertThat(store.due(List.of(WORKFLOW)).next()).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(30));
    }

    private void makeDue() {
        JdbcClient.create(pool)
                .sql("update workflow_instance set due_at = current_timestamp")
                .update();
    }

    @Test
    void samplesTheStepsThatMethodsDeclare() {
        Claim claim = createdAndClaimed("first");
        store.append(claim, completed("ours").withDeclared(true));
        FailedAttempt failed = new FailedAttempt(
                new StepKey(StepKey.Kind.STEP, "1.2", "ship", 1),
                1,
                NOW,
                NOW,
                failed(1).failure());
        store.stepFailed(claim, failed, Checkpoint.failed(failed).withDeclared(true));
        StepKey lambda = new StepKey(StepKey.Kind.STEP, "lambda", 1);
        store.append(claim, Checkpoint.completed(lambda, "1", 1, NOW, NOW));
        assertThat(store.sampleDeclaredSteps(List.of(WORKFLOW))).isEmpty();
        store.suspend(claim, Wake.after(MINUTE));

        assertThat(store.sampleDeclaredSteps(List.of(WORKFLOW, "other")))
                .isEqualTo(Map.of(WORKFLOW, Set.of("charge", "ship")));
        assertThat(store.sampleDeclaredSteps(List.of("other"))).isEmpty();
        assertThat(store.history(claim).checkpoints().values())
                .extracting(checkpoint -> checkpoint.key().name() + checkpoint.declared())
                .containsExactlyInAnyOrder("chargetrue", "shiptrue", "lambdafalse");
    }

    @Test
    void nodesThatClaimTogetherClaimNoMoreThanMayRun() throws Exception {
        InstanceQueue queue = new InstanceQueue(List.of(WORKFLOW, "former"), 9, 2);
        List<NewInstance> instances = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            String workflow = i % 2 == 0 ? WORKFLOW : "former";
            String key = i < 40 ? "key " + i % 4 : null;
            instances.add(newInstance(workflow, "i-" + i, 0, key));
        }
        store.create(instances);
        int nodes = 6;
        CyclicBarrier start = new CyclicBarrier(nodes);

        List<List<Claim>> claims = together(IntStream.range(0, nodes)
                .<Callable<List<Claim>>>mapToObj(node -> () -> {
                    start.await(10, TimeUnit.SECONDS);
                    return store.claim("first", List.of(queue), 4);
                })
                .toList());

        // two of each of the four keys, whichever name they are stored under, and one more
        List<Claim> all = new ArrayList<>(claims.stream().flatMap(List::stream).toList());
        assertThat(all).hasSizeLessThanOrEqualTo(9);
        // who only met what another had locked comes again
        all.addAll(store.claim("second", List.of(queue), 100));
        assertThat(all.stream().map(Claim::key)).doesNotHaveDuplicates().hasSize(9);
        assertThat(all).allMatch(Claim::counted);
        assertThat(JdbcClient.create(pool).sql("""
                                select count(*) from workflow_instance
                                where owner is not null and concurrency_key is not null group by concurrency_key""").query(Long.class).list()).allMatch(count -> count <= 2);
        assertThat(store.claim("second", List.of(queue), 100)).isEmpty();
        assertThat(store.due(queue.workflows()).now()).isTrue();

        store.release(all.get(0), false);
        store.suspend(all.get(1), Wake.after(MINUTE));
        assertThat(store.claim("second", List.of(queue), 100)).hasSize(2);
    }

    @Test
    void whatMustWaitForItsKeyDoesNotKeepOthersBehindIt() {
        InstanceQueue queue = InstanceQueue.unlimited(WORKFLOW);
        List<NewInstance> instances = new ArrayList<>();
        IntStream.range(0, 50).forEach(i -> instances.add(newInstance(WORKFLOW, "first-" + i, 3, "busy")));
        IntStream.range(0, 50).forEach(i -> instances.add(newInstance(WORKFLOW, "second-" + i, 2, "busy too")));
        instances.add(newInstance(WORKFLOW, "free", 1, "free"));
        instances.add(newInstance(WORKFLOW, "without", 0, null));
        store.create(instances);

        assertThat(store.claim("first", List.of(queue), 10))
                .extracting(claim -> claim.id().replaceAll("-.*", ""))
                .containsExactly("first", "second", "free", "without");
        assertThat(store.claim("first", List.of(queue), 10)).isEmpty();
    }

    @Test
    void whatHasBegunIsClaimedBeforeWhatHasNotAndThenByPriorityAndTime() {
        store.create(List.of(newInstance(WORKFLOW, "begun", 0, null)));
        Claim begun = claim("first");
        store.create(List.of(newInstance(WORKFLOW, "low", -1, null)));
        store.create(List.of(newInstance(WORKFLOW, "older", 0, null)));
        store.create(List.of(newInstance(WORKFLOW, "newer", 0, null)));
        store.create(List.of(newInstance(WORKFLOW, "high", 1, null)));
        store.release(begun, false);

        assertThat(IntStream.range(0, 5).mapToObj(i -> claim("first").id()))
                .containsExactly("begun", "high", "older", "newer", "low");
    }

    @Test
    void saysWhetherAndWhenInstancesAreDue() {
        List<String> workflows = List.of(WORKFLOW);
        assertThat(store.due(workflows)).isEqualTo(new Due(0, null));

        create(null);
        assertThat(store.due(List.of("other"))).isEqualTo(new Due(0, null));
        assertThat(store.due(workflows)).isEqualTo(new Due(1, null));

        store.suspend(claim("first"), Wake.after(MINUTE));
        Due due = store.due(workflows);
        assertThat(due.now()).isFalse();
        assertThat(due.next()).isBetween(Duration.ofSeconds(30), MINUTE);

        create(null);
        assertThat(store.due(workflows).now()).isTrue();
        store.release(claim("first"), false);
        assertThat(store.due(workflows).now()).isTrue();
        assertThat(store.due(workflows).next()).isBetween(Duration.ofSeconds(30), MINUTE);
    }

    @Test
    void knowsWhichIdsAreTaken() {
        store.create(List.of(newInstance("one", null), newInstance("two", null)));

        assertThat(store.taken(List.of(WORKFLOW, "other"), List.of("two", "three")))
                .containsExactly("two");
        assertThat(store.taken(List.of("other"), List.of("two"))).isEmpty();
        transaction.executeWithoutResult(status -> {
            store.create(List.of(newInstance("three", null)));
            assertThat(store.taken(List.of(WORKFLOW), List.of("three"))).containsExactly("three");
            status.setRollbackOnly();
        });
        assertThat(store.taken(List.of(WORKFLOW), List.of("three"))).isEmpty();
    }

    @Test
    void marksWhatMustNotBeShown() {
        store.create(List.of(
                new NewInstance(WORKFLOW, "open", "{}", false, NOW, null, null, Map.of(), ""),
                new NewInstance(WORKFLOW, "secret", "{}", true, NOW, null, null, Map.of(), "")));
        for (Claim claim : store.claim("first", List.of(InstanceQueue.unlimited(WORKFLOW)), 2)) {
            boolean secret = claim.id().equals("secret");
            store.append(claim, completed("a secret").withSensitive(secret));
            assertThat(store.history(claim).checkpoints().get(STEP).sensitive()).isEqualTo(secret);
            store.end(claim, Ending.complete("\"a secret\"", secret), MINUTE);
            assertThat(store.find(WORKFLOW, claim.id()).orElseThrow().sensitive())
                    .isEqualTo(secret);
        }

        assertThat(JdbcClient.create(pool).sql("""
                                select i.id from workflow_instance i join workflow_step s on s.instance_pk = i.pk
                                where i.sensitive_params and i.sensitive_output and s.sensitive""").query(String.class).list()).containsExactly("secret");
        assertThat(JdbcClient.create(pool).sql("""
                                select i.id from workflow_instance i join workflow_step s on s.instance_pk = i.pk
                                where not (i.sensitive_params or i.sensitive_output or s.sensitive)""").query(String.class).list()).containsExactly("open");
    }

    @Test
    void aChildAndItsStartAreStoredTogetherAndOnce() {
        Claim parent = createdAndClaimed("first");

        StartedChild first = startChild(store, parent, "child");
        StartedChild repeated = startChild(store, parent, "child");

        assertThat(first.written()).isEqualTo(Written.STORED);
        assertThat(first.key()).isNotNull();
        assertThat(repeated).isEqualTo(new StartedChild(Written.EXISTS, null));
        assertThat(store.checkpoint(parent, CHILD).orElseThrow().output()).isEqualTo("child");
        assertThat(store.children(WORKFLOW, parent.id())).containsExactly(new ChildInstance<>(CHILD_WORKFLOW, "child"));
        assertThat(store.parent(CHILD_WORKFLOW, "child")).contains(new ParentInstance(WORKFLOW, parent.id()));
    }

    @Test
    void aChildWhoseIdIsTakenIsStoredAsAFailedStart() {
        store.create(List.of(newChild("child", null)));
        Claim parent = createdAndClaimed("first");

        assertThat(startChild(store, parent, "child")).isEqualTo(new StartedChild(Written.STORED, null));

        assertThat(store.checkpoint(parent, CHILD).orElseThrow().failure()).isNotNull();
        assertThat(store.children(WORKFLOW, parent.id())).isEmpty();
    }

    @Test
    void theEndOfAChildMakesTheParentDueThatWaitsForIt() {
        Claim parent = createdAndClaimed("first");
        startChild(store, parent, "child");
        assertThat(awaitChild(store, parent, "child").checkpoint()).isNull();
        assertThat(store.claim("first", List.of(InstanceQueue.unlimited(WORKFLOW)), 1))
                .isEmpty();

        Claim child = store.claim("second", List.of(InstanceQueue.unlimited(CHILD_WORKFLOW)), 1)
                .get(0);
        assertThat(store.end(child, Ending.complete("\"done\"", true), MINUTE)).isTrue();

        Claim again = claim("first");
        assertThat(again.signals()).isGreaterThan(parent.signals());
        Reception reception = awaitChild(store, again, "child");
        assertThat(reception.checkpoint().output()).isEqualTo("\"done\"");
        assertThat(reception.checkpoint().sensitive()).isTrue();
        assertThat(store.history(again).checkpoints()).containsKeys(CHILD, RESULT);
    }

    @Test
    void theEndOfAChildIsNotLostOnAParentThatBeginsToWaitMeanwhile() throws Exception {
        for (int round = 0; round < 30; round++) {
            String id = "child-" + round;
            Claim parent = createdAndClaimed("first");
            startChild(store, parent, id);
            Claim child = store.claim("second", List.of(InstanceQueue.unlimited(CHILD_WORKFLOW)), 1)
                    .get(0);
            CyclicBarrier start = new CyclicBarrier(2);

            List<Object> outcomes = together(List.of(
                    () -> {
                        start.await(10, TimeUnit.SECONDS);
                        return awaitChild(store, parent, id);
                    },
                    () -> {
                        start.await(10, TimeUnit.SECONDS);
                        return store.end(child, Ending.complete("1", false), MINUTE);
                    }));

            assertThat(outcomes.get(1)).isEqualTo(true);
            if (((Reception) outcomes.get(0)).checkpoint() == null) {
                Claim woken = claim("first");
                assertThat(woken.key()).isEqualTo(parent.key());
                assertThat(awaitChild(store, woken, id).checkpoint()).isNotNull();
                store.end(woken, Ending.complete("1", false), MINUTE);
            } else {
                store.end(parent, Ending.complete("1", false), MINUTE);
            }
        }
    }

    /** Whoever locks several instances of a family begins at the top; a deadlock would be thrown here. */
    @Test
    void nobodyInAFamilyWaitsInACircle() throws Exception {
        for (int round = 0; round < 20; round++) {
            String id = "family-" + round;
            store.join(id, "", MINUTE);
            Claim parent = createdAndClaimed(id);
            List<Claim> children = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                startChild(store, parent, id + "-" + i, i + 1);
                children.addAll(store.claim(id, List.of(InstanceQueue.unlimited(CHILD_WORKFLOW)), 1));
            }
            CyclicBarrier start = new CyclicBarrier(6);
            List<Callable<Object>> calls = new ArrayList<>();
            for (Claim child : children) {
                calls.add(() -> store.end(child, Ending.complete("1", false), MINUTE));
            }
            calls.add(() -> store.terminate(WORKFLOW, parent.id(), workflow -> MINUTE));
            calls.add(() -> {
                store.leave(id);
                return true;
            });

            together(calls.stream()
                    .<Callable<Object>>map(call -> () -> {
                        start.await(10, TimeUnit.SECONDS);
                        return call.call();
                    })
                    .toList());

            assertThat(store.find(WORKFLOW, parent.id()).orElseThrow().status()).isEqualTo(Status.TERMINATED);
            for (Claim child : children) {
                assertThat(store.find(CHILD_WORKFLOW, child.id())
                                .orElseThrow()
                                .status()
                                .isEnded())
                        .isTrue();
            }
        }
    }

    private static StartedChild startChild(WorkflowStore store, Claim parent, String id) {
        return startChild(store, parent, id, 1);
    }

    private static StartedChild startChild(WorkflowStore store, Claim parent, String id, int occurrence) {
        StepKey key = new StepKey(CHILD.kind(), CHILD.name(), occurrence);
        FailedAttempt taken = new FailedAttempt(key, 1, NOW, NOW, new Failure("Taken", "taken", ""));
        return store.startChild(
                parent,
                newChild(id, new Parent(parent.key(), false)),
                Checkpoint.completed(key, id, 1, NOW, NOW),
                Checkpoint.failed(taken));
    }

    private static NewInstance newChild(String id, @Nullable Parent parent) {
        NewInstance child = new NewInstance(CHILD_WORKFLOW, id, "{}", false, NOW, null, null, Map.of(), "");
        return parent == null ? child : child.childOf(parent);
    }

    private static Reception awaitChild(WorkflowStore store, Claim parent, String id) {
        return store.awaitChild(parent, RESULT, new ChildInstance<>(CHILD_WORKFLOW, id), NOW, true)
                .orElseThrow();
    }

    private void assertRefused(Write write, Claim stale) {
        Map<String, List<Map<String, Object>>> before = tables();

        assertThat(write.to(store, stale)).isEqualTo(write.refused);

        assertThat(tables()).isEqualTo(before);
    }

    private static <T> T meanwhile(Supplier<T> work) {
        return CompletableFuture.supplyAsync(work, OwnThread::start).join();
    }

    private Claim createdAndClaimed(String node) {
        create(null);
        return claim(node);
    }

    private void create(String owner) {
        String id = "i-" + ids.incrementAndGet();
        assertThat(store.create(List.of(newInstance(id, owner)))).containsOnlyKeys(id);
    }

    private static NewInstance newInstance(String id, @Nullable String owner) {
        return new NewInstance(WORKFLOW, id, "{}", false, NOW, owner, null, Map.of(), "");
    }

    private static NewInstance newInstance(String workflow, String id, int priority, @Nullable String concurrencyKey) {
        return new NewInstance(workflow, id, "{}", false, NOW, null, null, Map.of(), "")
                .admitted(new Admission(priority, concurrencyKey, false));
    }

    private Claim claim(String node) {
        List<Claim> claims = store.claim(node, List.of(InstanceQueue.unlimited(WORKFLOW)), 1);
        assertThat(claims).hasSize(1);
        return claims.get(0);
    }

    private static Checkpoint completed(String output) {
        return Checkpoint.completed(STEP, "\"" + output + "\"", 1, NOW, NOW);
    }

    private static FailedAttempt failed(int number) {
        return new FailedAttempt(STEP, number, NOW, NOW, new Failure("LateException", "late", "at late"));
    }

    private String output(Claim claim) {
        return store.checkpoint(claim, STEP).orElseThrow().output();
    }

    private List<Long> lockableInstances() {
        try {
            return threads.submit(() -> transaction.execute(status -> JdbcClient.create(pool)
                            .sql("select pk from workflow_instance for update skip locked")
                            .query(Long.class)
                            .list()))
                    .get(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private <T> List<T> together(List<Callable<T>> calls) throws Exception {
        List<T> results = new ArrayList<>();
        for (Future<T> future : threads.invokeAll(calls, 30, TimeUnit.SECONDS)) {
            results.add(future.get());
        }
        return results;
    }

    /** Everything that is stored. */
    private Map<String, List<Map<String, Object>>> tables() {
        Map<String, List<Map<String, Object>>> tables = new HashMap<>();
        for (String table : TABLES) {
            tables.put(
                    table,
                    JdbcClient.create(pool)
                            .sql("select * from " + table + " order by 1")
                            .query()
                            .listOfRows());
        }
        return tables;
    }
}
