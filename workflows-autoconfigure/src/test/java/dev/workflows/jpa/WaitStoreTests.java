package dev.workflows.jpa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.workflows.store.Checkpoint;
import dev.workflows.store.Claim;
import dev.workflows.store.EventWait;
import dev.workflows.store.InstanceQueue;
import dev.workflows.store.NewEvent;
import dev.workflows.store.NewInstance;
import dev.workflows.store.Reception;
import dev.workflows.store.RestartPoint;
import dev.workflows.store.StepKey;
import dev.workflows.store.Wake;
import dev.workflows.test.OnEveryDatabase;
import dev.workflows.test.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;

/** What the store promises of waits: which event one gets, and that none is missed while an instance is given up. */
class WaitStoreTests {

    private static final String WORKFLOW = "order";
    private static final StepKey WAIT = new StepKey(StepKey.Kind.WAIT, "for approval", 1);
    private static final StepKey LATER = new StepKey(StepKey.Kind.WAIT, "for approval", 2);
    private static final Instant START = Instant.parse("2026-11-22T06:00:00Z");
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration SOON = Duration.ofMillis(50);

    private HikariDataSource pool;
    private JpaWorkflowStore store;

    private void open(TestDatabase database) {
        pool = TestDatabase.pool(database.newUrl());
        WorkflowSchema.prepare(pool, SchemaMode.MIGRATE);
        store = new JpaWorkflowStore(pool, false);
        store.join("node", "", HOUR);
        store.create(List.of(new NewInstance(WORKFLOW, "one", "{}", false, START, null, null, Map.of(), "")));
    }

    @AfterEach
    void close() {
        store.close();
        pool.close();
    }

    private Claim claim() {
        return store.claim("node", List.of(InstanceQueue.unlimited(WORKFLOW)), 1)
                .get(0);
    }

    private void send(String payload) {
        assertThat(store.send(WORKFLOW, "one", new NewEvent("approval", payload, false))
                        .orElseThrow()
                        .applied())
                .isTrue();
    }

    private Reception receive(Claim claim, StepKey key, Duration timeout) {
        return store.receive(claim, key, new EventWait("approval", timeout, START), false);
    }

    private static String payload(Reception reception) {
        return Objects.requireNonNull(
                Objects.requireNonNull(reception.checkpoint()).output());
    }

    @OnEveryDatabase
    void anInstanceThatWasSignalledSinceItWasLookedAtIsDueAtOnce(TestDatabase database) {
        open(database);
        Claim claim = claim();
        Reception nothing = receive(claim, WAIT, HOUR);
        assertThat(nothing.checkpoint()).isNull();
        send("1");

        assertThat(store.suspend(claim, new Wake(HOUR, nothing.signals()))).isTrue();

        assertThat(payload(receive(claim(), WAIT, HOUR))).isEqualTo("1");
    }

    @OnEveryDatabase
    void anInstanceThatWasNotSignalledSinceIsDueLater(TestDatabase database) {
        open(database);
        send("for another wait");
        Claim claim = claim();
        Reception taken = receive(claim, WAIT, HOUR);
        Reception nothing = receive(claim, LATER, HOUR);
        assertThat(payload(taken)).isEqualTo("for another wait");

        store.suspend(claim, new Wake(HOUR, nothing.signals()));

        assertThat(store.due(List.of(WORKFLOW)).now()).isFalse();
    }

    @OnEveryDatabase
    void anEventThatWasSentInTimeIsReceivedHoweverLateItIsLookedFor(TestDatabase database) {
        open(database);
        Claim claim = claim();
        Duration left = Objects.requireNonNull(
                receive(claim, WAIT, Duration.ofSeconds(1)).left());
        send("in time");
        store.suspend(claim, Wake.after(left));
        await().until(() -> store.due(List.of(WORKFLOW)).now());

        assertThat(payload(receive(claim(), WAIT, Duration.ofSeconds(1)))).isEqualTo("in time");
    }

    @OnEveryDatabase
    void anEventThatCameAfterTheTimeoutIsForTheNextWait(TestDatabase database) {
        open(database);
        Claim claim = claim();
        Duration left = Objects.requireNonNull(receive(claim, WAIT, SOON).left());
        store.suspend(claim, Wake.after(left));
        await().until(() -> store.due(List.of(WORKFLOW)).now());
        send("late");
        Claim again = claim();

        Checkpoint timedOut = Objects.requireNonNull(receive(again, WAIT, SOON).checkpoint());

        assertThat(Objects.requireNonNull(timedOut.failure()).message())
                .isEqualTo("No event of type \"approval\" came within 0.05s");
        assertThat(payload(receive(again, LATER, SOON))).isEqualTo("late");
    }

    @OnEveryDatabase
    void aRestartKeepsNoRaceThatWasDecidedLater(TestDatabase database) {
        open(database);
        Claim claim = claim();
        store.append(claim, completed(StepKey.Kind.RACE, "early", 1, 2));
        store.append(claim, completed(StepKey.Kind.RACE, "late", 3, 6));
        store.append(claim, completed(StepKey.Kind.STEP, "before", 4, 5));
        store.append(claim, completed(StepKey.Kind.STEP, "again", 5, 6));

        assertThat(store.restart(WORKFLOW, "one", new RestartPoint(StepKey.Kind.STEP, "again", 1), workflow -> HOUR)
                        .orElseThrow()
                        .applied())
                .isTrue();

        assertThat(store.history(claim()).checkpoints().keySet())
                .extracting(StepKey::name)
                .containsExactlyInAnyOrder("early", "before");
    }

    private static Checkpoint completed(StepKey.Kind kind, String name, int from, int to) {
        return Checkpoint.completed(new StepKey(kind, name, 1), "1", 1, START.plusSeconds(from), START.plusSeconds(to));
    }
}
