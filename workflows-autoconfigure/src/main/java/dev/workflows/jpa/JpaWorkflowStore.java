package dev.workflows.jpa;

import dev.workflows.store.Checkpoint;
import dev.workflows.store.Claim;
import dev.workflows.store.Ending;
import dev.workflows.store.FailedAttempt;
import dev.workflows.store.Failure;
import dev.workflows.store.History;
import dev.workflows.store.InstanceState;
import dev.workflows.store.NewInstance;
import dev.workflows.store.StepKey;
import dev.workflows.store.WorkflowStore;
import dev.workflows.store.Written;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.springframework.dao.DataIntegrityViolationException;

/** The store in the application's own database. Closing it closes its persistence unit, not the DataSource. */
public final class JpaWorkflowStore implements WorkflowStore, AutoCloseable {

    private final PersistenceUnit unit;
    private final JoinedTransactions transactions;
    private final NewInstances newInstances;
    private final InstanceRepository instances;
    private final StepRows rows;
    private final NodeRepository nodes;

    /** @throws UnsupportedDatabaseException if the database is neither H2 nor PostgreSQL */
    public JpaWorkflowStore(DataSource dataSource) {
        Dialect dialect = Dialect.of(dataSource);
        if (dialect == Dialect.H2) {
            H2Database.prepare(dataSource);
        }
        DataSource target = JoinedTransactions.unwrap(dataSource);
        this.unit = new PersistenceUnit(target);
        this.transactions = new JoinedTransactions(target, unit);
        this.newInstances = new NewInstances(unit.entityManager(), dialect);
        this.instances = unit.repository(InstanceRepository.class);
        this.rows = new StepRows(unit);
        this.nodes = unit.repository(NodeRepository.class);
    }

    @Override
    public Map<String, Long> create(List<NewInstance> instances) {
        return transactions.joining(() -> newInstances.insert(instances));
    }

    @Override
    public boolean isInTransaction() {
        return transactions.isActive();
    }

    @Override
    public void afterTransaction(Consumer<Boolean> committed) {
        transactions.afterCompletion(committed);
    }

    @Override
    public List<Claim> claim(String node, Collection<String> workflows, int limit) {
        return transactions.own(() -> {
            List<InstanceEntity> due = instances.lockDue(workflows, limit);
            if (!due.isEmpty()) {
                instances.claim(node, due.stream().map(InstanceEntity::pk).toList());
            }
            return due.stream().map(InstanceEntity::claimed).toList();
        });
    }

    @Override
    public Optional<Duration> untilNextDue(Collection<String> workflows) {
        return instances.secondsUntilDue(workflows).map(Seconds::duration);
    }

    @Override
    public Map<String, Long> countUnknown(Collection<String> workflows) {
        Map<String, Long> counts = new HashMap<>();
        instances.countUnknown(workflows).forEach(row -> counts.put((String) row[0], (Long) row[1]));
        return counts;
    }

    @Override
    public void join(String node, String description, Duration lease) {
        transactions.own(() -> nodes.insert(node, description, Seconds.of(lease)));
    }

    @Override
    public boolean renew(String node, Duration lease) {
        return transactions.own(() -> nodes.renew(node, Seconds.of(lease)) == 1);
    }

    @Override
    public int recover() {
        return transactions.own(() -> {
            nodes.deleteExpired();
            return instances.takeFromGoneNodes();
        });
    }

    @Override
    public Set<Long> owned(String node) {
        return instances.findOwned(node);
    }

    @Override
    public boolean takeBack(String node, long key) {
        return changed(() -> instances.takeFrom(node, key));
    }

    @Override
    public void leave(String node) {
        transactions.own(() -> nodes.delete(node) + instances.takeFrom(node));
    }

    @Override
    public History history(Claim claim) {
        return rows.history(claim);
    }

    @Override
    public Written append(Claim claim, Checkpoint checkpoint) {
        return written(claim, checkpoint.key(), () -> transactions.joining(() -> rows.insert(claim, checkpoint)));
    }

    @Override
    public Written sleep(Claim claim, StepKey key, Duration duration) {
        double seconds = Seconds.of(duration);
        return written(
                claim,
                key,
                () -> transactions.own(() -> {
                    int inserted = rows.insertSleep(claim, key, seconds);
                    return inserted == 1 ? instances.releaseFor(claim.key(), claim.epoch(), seconds) : 0;
                }));
    }

    @Override
    public Optional<Checkpoint> checkpoint(Claim claim, StepKey key) {
        return transactions.own(() -> rows.find(claim, key));
    }

    @Override
    public boolean suspend(Claim claim, Duration wait) {
        return changed(() -> instances.releaseFor(claim.key(), claim.epoch(), Seconds.of(wait)));
    }

    @Override
    public boolean attemptFailed(Claim claim, FailedAttempt attempt) {
        try {
            return changed(() -> rows.insert(claim, attempt));
        } catch (DataIntegrityViolationException e) {
            // it is there already: the commit was in doubt, and had happened
            return true;
        }
    }

    @Override
    public boolean retryLater(Claim claim, FailedAttempt attempt, Duration wait) {
        double seconds = Seconds.of(wait);
        return changed(() -> {
            if (rows.insert(claim, attempt) == 0) {
                return 0;
            }
            rows.nextAttemptIn(claim, attempt, seconds);
            return instances.releaseFor(claim.key(), claim.epoch(), seconds);
        });
    }

    @Override
    public Written stepFailed(Claim claim, FailedAttempt attempt, Checkpoint checkpoint) {
        return written(
                claim,
                checkpoint.key(),
                () -> transactions.own(() -> rows.insert(claim, attempt) == 1 ? rows.insert(claim, checkpoint) : 0));
    }

    @Override
    public boolean end(Claim claim, Ending ending, Duration keep) {
        double seconds = Seconds.of(keep);
        Failure failure = ending.failure();
        String output = ending.output();
        if (output != null) {
            return changed(() -> instances.complete(claim.key(), claim.epoch(), output, ending.sensitive(), seconds));
        }
        if (failure == null) {
            throw new IllegalArgumentException("An instance ends with an output or a failure: " + ending);
        }
        return changed(() -> instances.fail(
                claim.key(),
                claim.epoch(),
                ending.status().word(),
                failure.name(),
                failure.message(),
                failure.stack(),
                seconds));
    }

    @Override
    public boolean release(Claim claim, boolean interrupted) {
        return changed(() -> instances.release(claim.key(), claim.epoch(), interrupted));
    }

    @Override
    public Optional<InstanceState> find(String workflow, String id) {
        return instances.findByWorkflowAndId(workflow, id).map(InstanceEntity::state);
    }

    @Override
    public int purge(int limit) {
        return transactions.own(() -> {
            List<Long> expired = instances.lockExpired(limit);
            if (expired.isEmpty()) {
                return 0;
            }
            rows.delete(expired);
            return instances.delete(expired);
        });
    }

    @Override
    public void close() {
        unit.close();
    }

    private boolean changed(Supplier<Integer> update) {
        return transactions.own(update) == 1;
    }

    /** The lost case is looked at: a key that is taken has an outcome, and that one counts. */
    private Written written(Claim claim, StepKey key, IntSupplier insert) {
        boolean joined = transactions.isActive();
        try {
            return insert.getAsInt() == 1 ? Written.STORED : Written.STALE;
        } catch (DataIntegrityViolationException e) {
            // inside the caller's transaction nothing more can be read: it is to be rolled back
            if (!joined && checkpoint(claim, key).isEmpty()) {
                throw e;
            }
            return Written.EXISTS;
        }
    }
}
