package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.workflows.engine.LocalInstances.Watch;
import dev.workflows.store.Claim;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who is told that an instance has left its node. */
@Timeout(60)
class LocalInstancesTests {

    private static final Duration LONG = Duration.ofMinutes(1);
    private static final Duration NOT_AT_ALL = Duration.ZERO;

    private final LocalInstances instances = new LocalInstances();

    private static Claim claim(long key, String id) {
        return new Claim(
                key, "order", id, 1, 1, "{}", Instant.EPOCH, null, false, 0, "", null, null, null, null, false);
    }

    @Test
    void whoeverWatchesSeesItLeave() throws Exception {
        Claim claim = claim(1, "a");
        try (Watch first = instances.watch("order", "a");
                Watch second = instances.watch("order", "a")) {
            assertThat(first.isHere()).isFalse();
            instances.entered(claim);
            assertThat(first.isHere()).isTrue();
            assertThat(first.await(NOT_AT_ALL)).isFalse();

            instances.left(claim);

            assertThat(first.await(LONG)).isTrue();
            assertThat(second.await(LONG)).isTrue();
            assertThat(first.isHere()).isFalse();
        }
    }

    @Test
    void eachLeavingIsSeenOnce() throws Exception {
        try (Watch watch = instances.watch("order", "a")) {
            instances.left(claim(1, "a"));
            instances.left(claim(1, "a"));

            assertThat(watch.await(LONG)).isTrue();
            assertThat(watch.await(NOT_AT_ALL)).isFalse();
            instances.left(claim(1, "a"));
            assertThat(watch.await(LONG)).isTrue();
        }
    }

    @Test
    void othersThatLeaveAreOfNoConcern() throws Exception {
        try (Watch watch = instances.watch("order", "a");
                Watch other = instances.watch("invoice", "a")) {
            instances.entered(claim(2, "b"));
            instances.left(claim(2, "b"));
            instances.entered(claim(1, "a"));

            assertThat(watch.await(NOT_AT_ALL)).isFalse();
            assertThat(other.isHere()).isFalse();
        }
    }

    @Test
    void whoWatchesNoLongerLeavesTheOthersInPlace() throws Exception {
        try (Watch watch = instances.watch("order", "a")) {
            instances.watch("order", "a").close();

            instances.left(claim(1, "a"));

            assertThat(watch.await(LONG)).isTrue();
        }
    }

    @Test
    void theSameInstanceClaimedAgainIsStillHere() {
        Claim stale = claim(1, "a");
        Claim again = new Claim(
                1, "order", "a", 1, 3, "{}", Instant.EPOCH, null, false, 0, "", null, null, null, null, false);
        instances.entered(stale);
        instances.entered(again);

        instances.left(stale);

        assertThat(instances.keys()).containsExactly(1L);
        instances.left(again);
        assertThat(instances.count()).isZero();
    }
}
