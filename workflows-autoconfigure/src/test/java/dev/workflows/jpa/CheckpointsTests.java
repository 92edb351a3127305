package dev.workflows.jpa;

import static dev.workflows.jpa.ClaimedInstances.START;
import static org.assertj.core.api.Assertions.assertThat;

import dev.workflows.store.Checkpoint;
import dev.workflows.store.StepKey;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is stored of checkpoints that share a statement, and what is left out. */
@Timeout(60)
class CheckpointsTests {

    private final ClaimedInstances instances = new ClaimedInstances(3);
    private final JpaWorkflowStore store = instances.store();
    private final PersistenceUnit unit = new PersistenceUnit(instances.pool());
    private final JoinedTransactions transactions = new JoinedTransactions(instances.pool(), unit);
    private final Checkpoints batch = new Checkpoints(instances.template());

    @AfterEach
    void close() {
        unit.close();
        instances.close();
    }

    private List<Boolean> insert(Checkpoints.Row... rows) {
        return transactions.own(() -> batch.insert(List.of(rows)));
    }

    private Checkpoints.Row row(int instance, String scope, String name) {
        Checkpoint checkpoint = Checkpoint.completed(
                        new StepKey(StepKey.Kind.STEP, scope, name, 2),
                        "\"of " + name + "\"",
                        3,
                        START,
                        START.plusMillis(5))
                .withSensitive(true)
                .withDeclared(true);
        return new Checkpoints.Row(instances.claim(instance), checkpoint);
    }

    @Test
    void storesWhatALoneInsertStores() {
        Checkpoints.Row alone = row(0, "", "alone");
        store.append(instances.claim(0), alone.checkpoint());

        assertThat(insert(row(0, "", "one"), row(0, "1.2", "one"))).containsExactly(true, true);

        List<Map<String, Object>> rows = instances
                .jdbc()
                .sql("select * from workflow_step order by name, scope")
                .query()
                .listOfRows();
        assertThat(rows).hasSize(3);
        assertThat(rows.get(2)).containsEntry("scope", "1.2");
        rows.forEach(it -> List.of("name", "scope", "output").forEach(it::remove));
        assertThat(rows.get(1)).isEqualTo(rows.get(0));
        assertThat(rows.get(2)).isEqualTo(rows.get(0));
        assertThat(store.history(instances.claim(0)).checkpoints().values())
                .contains(alone.checkpoint(), row(0, "1.2", "one").checkpoint());
    }

    @Test
    void leavesOutWhoseClaimIsStale() {
        store.release(instances.claim(1), false);

        assertThat(insert(row(0, "", "a"), row(1, "", "b"), row(2, "", "c"))).containsExactly(true, false, true);

        assertThat(names()).containsExactly("a", "c");
    }

    @Test
    void ofTwoWithTheSameKeyTheFirstIsStored() {

        assertThat(insert(row(0, "", "same"), row(0, "", "same"), row(0, "", "other")))
                .containsExactly(true, false, true);

        assertThat(names()).containsExactly("other", "same");
    }

    @Test
    void leavesOutWhoseKeyIsTaken() {
        store.append(instances.claim(0), row(0, "", "taken").checkpoint());

        assertThat(insert(row(0, "", "taken"), row(0, "", "free"), row(1, "", "c")))
                .containsExactly(false, true, true);

        assertThat(names()).containsExactly("c", "free", "taken");
    }

    @Test
    void waitsForNoInstanceThatSomebodyElseHasLocked() {
        List<Boolean> stored = instances.whileLocked(0, () -> insert(row(0, "", "a"), row(1, "", "b")));

        assertThat(stored).containsExactly(false, true);
        assertThat(names()).containsExactly("b");
    }

    private List<String> names() {
        return instances
                .jdbc()
                .sql("select name from workflow_step order by name")
                .query(String.class)
                .list();
    }
}
