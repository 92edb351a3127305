package dev.workflows.jpa;

import dev.workflows.ChildInstance;
import dev.workflows.InstancePage;
import dev.workflows.InstanceQuery;
import dev.workflows.ParentInstance;
import dev.workflows.Rollback;
import dev.workflows.store.Checkpoint;
import dev.workflows.store.Claim;
import dev.workflows.store.Due;
import dev.workflows.store.Ending;
import dev.workflows.store.EventWait;
import dev.workflows.store.FailedAttempt;
import dev.workflows.store.Firings;
import dev.workflows.store.Heartbeat;
import dev.workflows.store.History;
import dev.workflows.store.InstanceQueue;
import dev.workflows.store.InstanceState;
import dev.workflows.store.NewEvent;
import dev.workflows.store.NewInstance;
import dev.workflows.store.Reception;
import dev.workflows.store.RestartPoint;
import dev.workflows.store.StartedChild;
import dev.workflows.store.Steered;
import dev.workflows.store.StepKey;
import dev.workflows.store.Subscription;
import dev.workflows.store.Wake;
import dev.workflows.store.WorkflowStore;
import dev.workflows.store.Written;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.jdbc.core.JdbcTemplate;

/** The store in the application's own database. Closing it closes its persistence unit, not the DataSource. */
public final class JpaWorkflowStore implements WorkflowStore, AutoCloseable {

    private final PersistenceUnit unit;
    private final JoinedTransactions transactions;
    private final NewInstances newInstances;
    private final InstanceRepository instances;
    private final Claims claims;
    private final StepRows rows;
    private final InstanceStates states;
    private final EventWaits waits;
    private final Children children;
    private final ClaimedInstance claimed;
    private final Steering steering;
    private final ScheduleRows schedules;
    private final Leases leases;
    private final EndedInstances ended;
    private final InstanceList list;
    private final FrequentWrites frequent;
    private final @Nullable PostgresNotifications notifications;
    private final boolean listens;

    /**
     * @param listens whether a connection may be kept for a subscription
     * @throws UnsupportedDatabaseException if the database is neither H2 nor PostgreSQL
     */
    public JpaWorkflowStore(DataSource dataSource, boolean listens) {
        this.listens = listens;
        Dialect dialect = Dialect.of(dataSource);
        if (dialect == Dialect.H2) {
            H2Database.prepare(dataSource);
        }
        DataSource target = JoinedTransactions.unwrap(dataSource);
        this.unit = new PersistenceUnit(target);
        this.transactions = new JoinedTransactions(target, unit);
        JdbcTemplate jdbc = new JdbcTemplate(target);
        this.newInstances = new NewInstances(jdbc, unit, dialect);
        this.instances = unit.repository(InstanceRepository.class);
        this.claims = new Claims(unit);
        this.rows = new StepRows(unit, new Checkpoints(jdbc));
        this.states = new InstanceStates(transactions, jdbc, rows);
        this.waits = new EventWaits(unit, rows);
        this.children = new Children(unit, rows, newInstances);
        this.claimed = new ClaimedInstance(unit, new Completions(jdbc), children);
        this.steering = new Steering(unit, children);
        this.schedules = new ScheduleRows(unit, dialect);
        this.leases = new Leases(jdbc, unit, dialect);
        this.ended = new EndedInstances(unit, rows);
        this.list = new InstanceList(unit);
        this.frequent = new FrequentWrites(transactions, jdbc, newInstances, dialect);
        this.notifications = dialect == Dialect.POSTGRESQL ? new PostgresNotifications(target) : null;
    }

    @Override
    public Map<String, Long> create(List<NewInstance> instances) {
        return transactions.joining(() -> newInstances.insert(instances));
    }

    @Override
    public long createNew(NewInstance instance) {
        return instance.labels().isEmpty()
                ? frequent.create(instance)
                : Objects.requireNonNull(create(List.of(instance)).get(instance.id()));
    }

    @Override
    public Set<String> taken(Collection<String> workflows, Collection<String> ids) {
        return Set.copyOf(transactions.reading(() -> instances.findIds(workflows, ids)));
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
    public Optional<Steered> pause(String workflow, String id) {
        return transactions.joining(() -> steering.pause(workflow, id));
    }

    @Override
    public Optional<Steered> resume(String workflow, String id) {
        return transactions.joining(() -> steering.resume(workflow, id));
    }

    @Override
    public Optional<Steered> terminate(String workflow, String id, Function<String, Duration> keep) {
        return transactions.joining(() -> steering.terminate(workflow, id, keep));
    }

    @Override
    public Optional<Steered> terminateWithRollback(String workflow, String id, Function<String, Duration> keep) {
        return transactions.joining(() -> steering.terminateWithRollback(workflow, id, keep));
    }

    @Override
    public Optional<Steered> restart(
            String workflow, String id, @Nullable RestartPoint from, Function<String, Duration> keep) {
        return transactions.joining(() -> steering.restart(workflow, id, from, keep));
    }

    @Override
    public Optional<Steered> send(String workflow, String id, NewEvent event) {
        return transactions.joining(() -> steering.send(workflow, id, event));
    }

    @Override
    public Firings fire(String workflow, UnaryOperator<Firings> change) {
        return transactions.around(() -> {
            Firings before = transactions.joining(() -> schedules.lock(workflow));
            Firings after = change.apply(before);
            return transactions.joining(() -> {
                schedules.replace(workflow, before.last(), after.last());
                return after;
            });
        });
    }

    @Override
    public boolean hasUnfinishedScheduled(String workflow) {
        return transactions.joining(() -> instances.existsUnfinishedScheduled(workflow));
    }

    @Override
    public List<Claim> claim(String node, Collection<InstanceQueue> queues, int limit) {
        return transactions.own(() -> claims.claim(node, queues, limit));
    }

    @Override
    public Due due(Collection<String> workflows) {
        Object[] row = instances.due(workflows, Due.MOST).get(0);
        int count = Math.min(Due.MOST, ((Number) row[0]).intValue());
        return new Due(count, row[1] == null ? null : Seconds.duration(((Number) row[1]).doubleValue()));
    }

    @Override
    public Map<String, Long> countUnknown(Collection<String> workflows) {
        Map<String, Long> counts = new HashMap<>();
        instances.countUnknown(workflows).forEach(row -> counts.put((String) row[0], (Long) row[1]));
        return counts;
    }

    @Override
    public Map<String, Set<String>> sampleDeclaredSteps(Collection<String> workflows) {
        Map<String, Set<String>> names = new HashMap<>();
        rows.sampleDeclared(workflows)
                .forEach(row -> names.computeIfAbsent((String) row[0], workflow -> new HashSet<>())
                        .add((String) row[1]));
        return names;
    }

    @Override
    public void join(String node, String description, Duration lease) {
        transactions.own(() -> leases.join(node, description, lease));
    }

    @Override
    public Optional<Heartbeat> renew(String node, Duration lease) {
        return transactions.once(() -> leases.renew(node, lease));
    }

    @Override
    public int recover() {
        return transactions.own(leases::recover);
    }

    @Override
    public boolean takeBack(String node, long key, long epoch) {
        return changed(() -> leases.takeBack(node, key, epoch));
    }

    @Override
    public void leave(String node) {
        transactions.own(() -> leases.leave(node));
        // the others need not wait for their next look
        tell(List.of());
    }

    @Override
    public Optional<Duration> untilDeadline(Claim claim) {
        return instances.secondsUntilDeadline(claim.key(), claim.epoch()).map(Seconds::duration);
    }

    @Override
    public History history(Claim claim) {
        return rows.history(claim);
    }

    @Override
    public Written append(Claim claim, Checkpoint checkpoint) {
        return checkpoint.output() == null
                ? written(claim, checkpoint.key(), () -> transactions.joining(() -> rows.insert(claim, checkpoint)))
                : frequent.append(new Checkpoints.Row(claim, checkpoint));
    }

    @Override
    public Written sleep(Claim claim, StepKey key, Instant startedAt, Duration duration, boolean giveUp) {
        return frequent.sleep(new Sleeps.Row(claim, key, startedAt, duration), giveUp);
    }

    @Override
    public Reception receive(Claim claim, StepKey key, EventWait wait, boolean giveUp) {
        return transactions.own(() -> {
            Reception reception = waits.receive(claim, key, wait);
            if (reception.written() == Written.STORED && reception.checkpoint() == null && giveUp) {
                claimed.suspend(claim, new Wake(reception.left(), reception.signals()));
            }
            return reception;
        });
    }

    @Override
    public StartedChild startChild(Claim claim, NewInstance child, Checkpoint started, Checkpoint taken) {
        return transactions.own(() -> children.start(claim, child, started, taken));
    }

    @Override
    public Optional<Reception> awaitChild(
            Claim claim, StepKey key, ChildInstance<?> child, Instant startedAt, boolean giveUp) {
        return transactions.own(() -> {
            Optional<Reception> reception = children.await(claim, key, child, startedAt);
            reception
                    .filter(it -> it.written() == Written.STORED && it.checkpoint() == null && giveUp)
                    .ifPresent(it -> claimed.suspend(claim, new Wake(null, it.signals())));
            return reception;
        });
    }

    @Override
    public Optional<Checkpoint> checkpoint(Claim claim, StepKey key) {
        return transactions.own(() -> rows.find(claim, key));
    }

    @Override
    public boolean suspend(Claim claim, Wake wake) {
        return changed(() -> claimed.suspend(claim, wake));
    }

    @Override
    public boolean postpone(Claim claim, Duration delay) {
        return changed(() -> claimed.postpone(claim, delay));
    }

    @Override
    public boolean attemptFailed(Claim claim, FailedAttempt attempt) {
        return attempted(() -> rows.insert(claim, attempt));
    }

    @Override
    public boolean retryLater(Claim claim, FailedAttempt attempt, Duration wait, boolean giveUp) {
        return attempted(() -> {
            if (rows.insert(claim, attempt) == 0) {
                return 0;
            }
            rows.nextAttemptIn(claim, attempt, Seconds.of(wait));
            return giveUp ? claimed.suspend(claim, Wake.after(wait)) : 1;
        });
    }

    private boolean attempted(Supplier<Integer> insert) {
        try {
            return changed(insert);
        } catch (DataIntegrityViolationException e) {
            // it is there already: the commit was in doubt, and had happened
            return true;
        }
    }

    @Override
    public Written stepFailed(Claim claim, FailedAttempt attempt, Checkpoint checkpoint) {
        return written(
                claim,
                checkpoint.key(),
                () -> transactions.own(() -> rows.insert(claim, attempt) == 1 ? rows.insert(claim, checkpoint) : 0));
    }

    @Override
    public boolean beginRollback(Claim claim, Ending ending) {
        return changed(() -> claimed.beginRollback(claim, ending));
    }

    @Override
    public boolean endRollback(Claim claim, Rollback.Outcome outcome, Duration keep) {
        return changed(() -> claimed.endRollback(claim, outcome, keep));
    }

    @Override
    public boolean end(Claim claim, Ending ending, Duration keep) {
        return ending.output() == null || claim.parent() != null
                ? changed(() -> claimed.end(claim, ending, keep))
                : frequent.complete(new Completions.Row(claim, ending, keep));
    }

    @Override
    public boolean release(Claim claim, boolean interrupted) {
        return changed(() -> claimed.release(claim, interrupted));
    }

    @Override
    public void tell(Collection<Long> instances) {
        PostgresNotifications others = notifications;
        if (others != null) {
            others.tell(instances);
        }
    }

    @Override
    public Optional<Subscription> subscribe() {
        PostgresNotifications others = notifications;
        return others == null || !listens ? Optional.empty() : Optional.of(others.subscribe());
    }

    @Override
    public Optional<InstanceState> find(String workflow, String id) {
        return states.find(workflow, id);
    }

    @Override
    public InstancePage list(List<String> workflows, InstanceQuery query) {
        ListStatement statement = new ListStatement(workflows, query);
        return transactions.joining(() -> list.page(statement, query.limit()));
    }

    @Override
    public Optional<ParentInstance> parent(String workflow, String id) {
        return transactions.reading(() -> children.parent(workflow, id));
    }

    @Override
    public List<ChildInstance<?>> children(String workflow, String id) {
        return transactions.reading(() -> children.children(workflow, id));
    }

    @Override
    public void ping() {
        leases.ping();
    }

    @Override
    public Optional<Steered> delete(String workflow, String id) {
        return transactions.joining(() -> ended.delete(workflow, id));
    }

    @Override
    public int purge(int limit) {
        return transactions.own(() -> ended.purge(limit));
    }

    @Override
    public void close() {
        PostgresNotifications others = notifications;
        if (others != null) {
            others.close();
        }
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
            if (!joined && !transactions.own(() -> rows.exist(claim, key))) {
                throw e;
            }
            return Written.EXISTS;
        }
    }
}
