package dev.workflows.jpa;

import dev.workflows.store.NewInstance;
import dev.workflows.store.Written;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * The writes that instances make again and again: each in a transaction of its own, of one statement where one does, unless
 * there is one to join. On PostgreSQL, those that come at the same time share it.
 */
final class FrequentWrites {

    private final JoinedTransactions transactions;
    private final Function<NewInstance, Long> creations;
    private final Function<Checkpoints.Row, Written> appends;
    private final Function<Completions.Row, Boolean> completions;
    private final Sleeps sleeps;
    private final Function<Sleeps.Row, Written> suspendingSleeps;

    FrequentWrites(JoinedTransactions transactions, JdbcTemplate jdbc, NewInstances newInstances, Dialect dialect) {
        this.transactions = transactions;
        Checkpoints checkpoints = new Checkpoints(jdbc);
        Completions completions = new Completions(jdbc);
        // H2 has its files to itself: there is no round trip to share, and next to no commit
        boolean sharing = dialect == Dialect.POSTGRESQL;
        this.creations = writing(
                sharing,
                instances -> transactions.once(() -> keys(instances, newInstances.insert(instances))),
                instance -> transactions.joiningOnce(() -> newInstances.insertNew(instance)),
                instance -> instance.params().length());
        this.appends = writing(
                sharing,
                rows -> transactions.once(() -> results(checkpoints.insert(rows), Written.STORED)),
                row -> stored(() -> transactions.joiningOnce(() -> checkpoints.insert(row))),
                row -> length(row.checkpoint().output()));
        this.completions = writing(
                sharing,
                rows -> transactions.once(() -> results(completions.complete(rows), true)),
                row -> transactions.joiningOnce(() -> completions.complete(row)) == 1,
                row -> length(row.ending().output()));
        this.sleeps = new Sleeps(jdbc);
        this.suspendingSleeps = writing(
                sharing,
                rows -> transactions.once(() -> results(sleeps.beginAndGiveUp(rows), Written.STORED)),
                row -> stored(() -> sharing
                        ? transactions.once(() -> sleeps.beginAndGiveUp(row))
                        : transactions.around(() -> sleeps.beginAndGiveUpInTwo(row))),
                row -> 0);
    }

    private <W, R> Function<W, R> writing(
            boolean sharing,
            Function<List<W>, List<Optional<R>>> together,
            Function<W, R> alone,
            ToIntFunction<W> size) {
        if (!sharing) {
            return alone;
        }
        SharedWrites<W, R> shared = new SharedWrites<>(together, alone, size);
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

    /** The caller has no transaction. */
    Written sleep(Sleeps.Row row, boolean giveUp) {
        return giveUp ? suspendingSleeps.apply(row) : stored(() -> transactions.once(() -> sleeps.begin(row)));
    }

    private static Written stored(IntSupplier insert) {
        try {
            return insert.getAsInt() == 1 ? Written.STORED : Written.STALE;
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
