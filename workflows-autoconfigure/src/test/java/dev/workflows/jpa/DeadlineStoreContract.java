package dev.workflows.jpa;

import static org.assertj.core.api.Assertions.assertThat;

import dev.workflows.Status;
import dev.workflows.store.Claim;
import dev.workflows.store.Ending;
import dev.workflows.store.EventWait;
import dev.workflows.store.Wake;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** An instance is due at its deadline. */
abstract class DeadlineStoreContract extends WorkflowStoreContract {

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
}
