package dev.workflows.jpa;

import static org.assertj.core.api.Assertions.assertThat;

import dev.workflows.Status;
import dev.workflows.store.Claim;
import dev.workflows.store.Ending;
import dev.workflows.store.Heartbeat;
import dev.workflows.store.Owned;
import dev.workflows.store.Written;
import dev.workflows.test.OwnThread;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What nodes own, and what becomes of that once they are gone. */
abstract class LeaseStoreContract extends WorkflowStoreContract {

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

    private static <T> T meanwhile(Supplier<T> work) {
        return CompletableFuture.supplyAsync(work, OwnThread::start).join();
    }
}
