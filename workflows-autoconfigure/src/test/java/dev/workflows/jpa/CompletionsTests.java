package dev.workflows.jpa;

import static dev.workflows.jpa.ClaimedInstances.HOUR;
import static org.assertj.core.api.Assertions.assertThat;

import dev.workflows.Status;
import dev.workflows.store.Ending;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which instances complete together, and which are left out. */
@Timeout(60)
class CompletionsTests {

    private final ClaimedInstances instances = new ClaimedInstances(4);
    private final JpaWorkflowStore store = instances.store();
    private final Completions completions = new Completions(instances.template());

    @AfterEach
    void close() {
        instances.close();
    }

    private List<Boolean> complete(Completions.Row... rows) {
        return completions.complete(List.of(rows));
    }

    private Completions.Row row(int instance) {
        return row(instance, "\"output of " + instance + "\"");
    }

    private Completions.Row row(int instance, String output) {
        return new Completions.Row(instances.claim(instance), Ending.complete(output, true), HOUR);
    }

    @Test
    void storesWhatALoneUpdateStores() {
        store.end(instances.claim(0), row(0, "\"same\"").ending(), HOUR);

        assertThat(complete(row(1, "\"same\""), row(2, "\"same\""))).containsExactly(true, true);

        List<Map<String, Object>> rows = instances
                .jdbc()
                .sql("select *, round(extract(epoch from expires_at - ended_at)) kept from workflow_instance"
                        + " where status = 'complete' order by pk")
                .query()
                .listOfRows();
        rows.forEach(row -> List.of("pk", "id", "ended_at", "expires_at").forEach(row::remove));
        assertThat(rows).hasSize(3).containsOnly(rows.get(0));
    }

    @Test
    void shareATransaction() {
        complete(row(0), row(1), row(2));

        assertThat(instances.transactionsOf("complete")).isOne();
    }

    @Test
    void leavesOutWhoseClaimIsStale() {
        store.release(instances.claim(1), false);

        assertThat(complete(row(0), row(1), row(2))).containsExactly(true, false, true);

        assertThat(instances.state(1).status()).isEqualTo(Status.QUEUED);
        assertThat(instances.state(2).output()).isEqualTo("\"output of 2\"");
        assertThat(instances.state(3).status()).isEqualTo(Status.RUNNING);
    }

    @Test
    void ofTwoEndsOfAClaimTheFirstCounts() {
        assertThat(complete(row(0, "\"first\""), row(0, "\"second\""), row(1))).containsExactly(true, false, true);

        assertThat(instances.state(0).output()).isEqualTo("\"first\"");
    }

    @Test
    void waitsForNoInstanceThatSomebodyElseHasLocked() {
        List<Boolean> completed = instances.whileLocked(0, () -> complete(row(0), row(1)));

        assertThat(completed).containsExactly(false, true);
        assertThat(instances.state(0).status()).isEqualTo(Status.RUNNING);
    }

    @Test
    void noneOfWhatIsStaleIsNoError() {
        IntStream.range(0, 4).forEach(i -> store.release(instances.claim(i), false));

        assertThat(complete(row(0), row(1))).containsExactly(false, false);
    }
}
