package dev.workflows.jpa;

import dev.workflows.jpa.SharedWrites.Kind;
import dev.workflows.store.NewInstance;
import dev.workflows.store.Written;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;

/** The writes that every instance makes. On PostgreSQL, those that come at the same time share a commit. */
final class FrequentWrites {

    private final JoinedTransactions transactions;
    private final @Nullable SharedWrites shared;
    private final Kind<NewInstance, Long> creations;
    private final Kind<Checkpoints.Row, Written> checkpoints;
    private final Kind<Completions.Row, Boolean> completions;

    FrequentWrites(
            JoinedTransactions transactions,
            NewInstances newInstances,
            Checkpoints checkpoints,
            Completions completions,
            Dialect dialect) {
        this.transactions = transactions;
        // H2 has its files to itself: there is no round trip to share, and next to no commit
        this.shared = dialect == Dialect.POSTGRESQL ? new SharedWrites(this::inTransaction) : null;
        this.creations = new Kind<>(
                instances -> keys(instances, newInstances.insert(instances)),
                instance -> transactions.joiningPlainly(() -> newInstances.insertNew(instance)),
                instance -> instance.params().length());
        this.checkpoints = new Kind<>(
                rows -> checkpoints.insert(rows).stream()
                        .map(stored -> stored ? Optional.of(Written.STORED) : Optional.<Written>empty())
                        .toList(),
                row -> insert(checkpoints, row),
                row -> length(row.checkpoint().output()));
        this.completions = new Kind<>(
                rows -> completions.complete(rows).stream()
                        .map(done -> done ? Optional.of(true) : Optional.<Boolean>empty())
                        .toList(),
                row -> transactions.joiningPlainly(() -> completions.complete(row)) == 1,
                row -> length(row.ending().output()));
    }

    /** Creates an instance whose id nobody else can have taken, without labels. */
    long create(NewInstance instance) {
        return write(creations, instance);
    }

    Written append(Checkpoints.Row row) {
        return write(checkpoints, row);
    }

    /** False if the claim is stale. */
    boolean complete(Completions.Row row) {
        return write(completions, row);
    }

    private <W, R> R write(Kind<W, R> kind, W write) {
        return shared == null || transactions.isActive() ? kind.alone().apply(write) : shared.write(kind, write);
    }

    private void inTransaction(Runnable work) {
        transactions.around(() -> {
            work.run();
            return true;
        });
    }

    private Written insert(Checkpoints checkpoints, Checkpoints.Row row) {
        try {
            return transactions.joiningPlainly(() -> checkpoints.insert(row)) == 1 ? Written.STORED : Written.STALE;
        } catch (DuplicateKeyException e) {
            // whoever was first has an outcome, and that one counts
            return Written.EXISTS;
        }
    }

    private static List<Optional<Long>> keys(List<NewInstance> instances, Map<String, Long> keys) {
        return instances.stream()
                .map(instance -> Optional.ofNullable(keys.get(instance.id())))
                .toList();
    }

    private static int length(@Nullable String text) {
        return text == null ? 0 : text.length();
    }
}
