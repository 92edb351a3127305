package dev.workflows.jpa;

import static org.assertj.core.api.Assertions.assertThat;

import dev.workflows.store.Checkpoint;
import dev.workflows.store.Claim;
import dev.workflows.store.Written;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Of all who store the outcome of one step, one wins. */
abstract class AppendStoreContract extends WorkflowStoreContract {

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
}
