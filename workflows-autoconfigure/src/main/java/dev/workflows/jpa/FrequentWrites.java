package dev.workflows.jpa;

import dev.workflows.store.NewInstance;
import dev.workflows.store.Written;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;

/**
 * The writes that every instance makes, each by a statement that commits itself unless there is a transaction to join. On
 * PostgreSQL, those that come at the same time share it.
 */
final class FrequentWrites {

    private final JoinedTransactions transactions;
    private final Function<NewInstance, Long> creations;
    private final Function<Checkpoints.Row, Written> appends;
    private final Function<Completions.Row, Boolean> completions;

    FrequentWrites(
            JoinedTransactions transactions,
            NewInstances newInstances,
            Checkpoints checkpoints,
            Completions completions,
            Dialect dialect) {
        this.transactions = transactions;
        // H2 has its files to itself: there is no round trip to share, and next to no commit
        boolean sharing = dialect == Dialect.POSTGRESQL;
        this.creations = writing(
                sharing,
                instances -> keys(instances, newInstances.insert(instances)),
                instance -> transactions.joiningOnce(() -> newInstances.insertNew(instance)),
                instance -> instance.params().length());
        this.appends = writing(
                sharing,
                rows -> results(checkpoints.insert(rows), Written.STORED),
                row -> insert(checkpoints, row),
                row -> length(row.checkpoint().output()));
        this.completions = writing(
                sharing,
                rows -> results(completions.complete(rows), true),
                row -> transactions.joiningOnce(() -> completions.complete(row)) == 1,
                row -> length(row.ending().output()));
    }

    private <W, R> Function<W, R> writing(
            boolean sharing,
            Function<List<W>, List<Optional<R>>> together,
            Function<W, R> alone,
            ToIntFunction<W> size) {
        if (!sharing) {
            return alone;
        }
        SharedWrites<W, R> shared =
                new SharedWrites<>(writes -> transactions.once(() -> together.apply(writes)), alone, size);
        return write -> transactions.isActive() ? alone.apply(write) : shared.write(write);
    }

    /** Creates an instance whose id nobody else can have taken, without labels. */
    long create(NewInstance instance) {
        return creations.apply(instance);
    }

    Written append(Checkpoints.Row row) {
        return appends.apply(row);
    }

    /** False if the claim is stale. */
    boolean complete(Completions.Row row) {
        return completions.apply(row);
    }

    private Written insert(Checkpoints checkpoints, Checkpoints.Row row) {
        try {
            return transactions.joiningOnce(() -> checkpoints.insert(row)) == 1 ? Written.STORED : Written.STALE;
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

    private static <R> List<Optional<R>> results(List<Boolean> written, R result) {
        return written.stream()
                .map(it -> it ? Optional.of(result) : Optional.<R>empty())
                .toList();
    }

    private static int length(@Nullable String text) {
        return text == null ? 0 : text.length();
    }
}
