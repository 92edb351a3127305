package dev.workflows.store;

import dev.workflows.ChildInstance;
import dev.workflows.InstancePage;
import dev.workflows.InstanceQuery;
import dev.workflows.ParentInstance;
import dev.workflows.Rollback;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The one seam to the database. Each method is one atomic transition, in a transaction of its own unless it says that it
 * joins the caller's. A write on behalf of an instance carries the {@link Claim} and changes nothing once the claim's
 * epoch is stale. Times that decide anything are the database's. What goes wrong is thrown as Spring's
 * {@link org.springframework.dao.DataAccessException} or {@link org.springframework.transaction.TransactionException}.
 */
public interface WorkflowStore {

    // --- create ---

    /**
     * Adds instances of one workflow, in the caller's transaction if there is one: queued, or running where they name an
     * owner. All are added but those whose id is taken; if the write fails, none is.
     *
     * @param instances with different ids
     * @return the keys of those that were added, by id
     */
    Map<String, Long> create(List<NewInstance> instances);

    /**
     * Adds an instance whose id was made up for it, so that nobody else can have it: as {@link #create(List)} does.
     *
     * @return its key
     */
    long createNew(NewInstance instance);

    /** Which of these ids instances of these workflows have, as the caller's transaction sees it. */
    Set<String> taken(Collection<String> workflows, Collection<String> ids);

    /** Whether the calling thread is in a transaction that writes of this store would join. */
    boolean isInTransaction();

    /**
     * Calls back when the transaction on this thread has ended, true if it committed; at once, with true, outside one.
     * An end that is not known to be a commit counts as none.
     */
    void afterTransaction(Consumer<Boolean> committed);

    // --- steer: each joins the caller's transaction; empty if there is no such instance ---

    /** Keeps an instance from running: at once, or as soon as its node gives it up. The clocks of its waits stop. */
    Optional<Steered> pause(String workflow, String id);

    /** Makes a paused instance due; what was left of its waits is left again. */
    Optional<Steered> resume(String workflow, String id);

    /**
     * Ends an instance, whoever has it, and with it its unfinished children, and theirs, but for those that are detached.
     *
     * @param keep how long an ended instance of a workflow is kept
     */
    Optional<Steered> terminate(String workflow, String id, Function<String, Duration> keep);

    /**
     * Makes an instance due to be rolled back, whoever has it; then it ends as terminated. Its unfinished children are
     * terminated, as if the instance were.
     *
     * @param keep how long an ended instance of a workflow is kept
     */
    Optional<Steered> terminateWithRollback(String workflow, String id, Function<String, Duration> keep);

    /**
     * Makes an instance due in a new generation, whoever has it. Children whose start is not kept are terminated, as if the
     * instance were.
     *
     * @param from where it begins; what was started before keeps its outcome. Null for the beginning. Nothing is applied
     *     if it was never there
     * @param keep how long an ended instance of a workflow is kept
     */
    Optional<Steered> restart(String workflow, String id, @Nullable RestartPoint from, Function<String, Duration> keep);

    /** Stores an event, and makes the instance due if it waits for one of its type. */
    Optional<Steered> send(String workflow, String id, NewEvent event);

    // --- schedule ---

    /**
     * Changes how far the schedules of a workflow have fired. No other node does so meanwhile, and what the change creates
     * joins the transaction: a firing and its instance are stored together or not at all.
     *
     * @param change returns what is to be stored in the place of what it is given
     * @return what it returned
     */
    Firings fire(String workflow, UnaryOperator<Firings> change);

    /** Whether an instance that a schedule created has not ended; joins the caller's transaction. */
    boolean hasUnfinishedScheduled(String workflow);

    // --- dispatch ---

    /**
     * Claims instances that are due, as far as no more of them run at once than may. What has begun goes on first, the
     * longest due before others; then new ones begin, by their priority and then in the order of their creation.
     */
    List<Claim> claim(String node, Collection<InstanceQueue> queues, int limit);

    /** Whether and when instances of these workflows are due. */
    Due due(Collection<String> workflows);

    /** How many instances wait for a workflow that is none of these, by its name. */
    Map<String, Long> countUnknown(Collection<String> workflows);

    /**
     * The names of {@linkplain Checkpoint#declared() declared} steps that instances of these workflows have stored, by
     * workflow: a sample of bounded size, of those that are due next.
     */
    Map<String, Set<String>> sampleDeclaredSteps(Collection<String> workflows);

    // --- lease ---

    /** Adds a node whose instances are its own until its lease has run out. */
    void join(String node, String description, Duration lease);

    /** Renews a node's lease. Empty if it has been taken from it: its instances are no longer its own. */
    Optional<Heartbeat> renew(String node, Duration lease);

    /** Takes the instances from nodes whose lease has run out, and makes them due. */
    int recover();

    /**
     * Takes an instance from a node that does not run it after all, and makes it due. False if it was not its own under that
     * epoch.
     */
    boolean takeBack(String node, long key, long epoch);

    /** Removes a node, and makes due what it still owned. */
    void leave(String node);

    // --- run ---

    /** How long until the instance's deadline, zero or less once it has passed; empty if it has none, or the claim is stale. */
    Optional<Duration> untilDeadline(Claim claim);

    /** What the instance has done so far. */
    History history(Claim claim);

    /** Stores a step's outcome; joins the caller's transaction. */
    Written append(Claim claim, Checkpoint checkpoint);

    /** The stored outcome of a step. */
    Optional<Checkpoint> checkpoint(Claim claim, StepKey key);

    /**
     * Stores that a sleep has begun.
     *
     * @param giveUp whether the instance is given up until it is over
     */
    Written sleep(Claim claim, StepKey key, Instant startedAt, Duration duration, boolean giveUp);

    /**
     * Takes the next event of a type, if there is one, or lets the wait time out, if it is time; otherwise stores that
     * the wait has begun.
     *
     * @param giveUp whether the instance is given up until there is an outcome, if there is none
     */
    Reception receive(Claim claim, StepKey key, EventWait wait, boolean giveUp);

    /**
     * Creates a child, and stores that the instance has started it; where the child's id is taken, stores that instead.
     *
     * @param started its checkpoint
     * @param taken the checkpoint if the id is taken
     */
    StartedChild startChild(Claim claim, NewInstance child, Checkpoint started, Checkpoint taken);

    /**
     * Stores how a child has ended, if it has; otherwise stores that it is waited for. A child that was terminated has
     * neither an output nor a failure.
     *
     * @param giveUp whether the instance is given up until the child has ended, if it has not
     * @return empty if the instance has no such child
     */
    Optional<Reception> awaitChild(Claim claim, StepKey key, ChildInstance<?> child, Instant startedAt, boolean giveUp);

    /** Gives the instance up until then. False if the claim is stale. */
    boolean suspend(Claim claim, Wake wake);

    /** Gives the instance up as it was claimed, due after so long, whatever its deadline. False if the claim is stale. */
    boolean postpone(Claim claim, Duration delay);

    /** Stores a failed attempt; the instance stays claimed. False if the claim is stale. */
    boolean attemptFailed(Claim claim, FailedAttempt attempt);

    /**
     * Stores a failed attempt and the time of its next one. False if the claim is stale.
     *
     * @param giveUp whether the instance is given up until then
     */
    boolean retryLater(Claim claim, FailedAttempt attempt, Duration wait, boolean giveUp);

    /** Stores a step's last failed attempt and its outcome together. */
    Written stepFailed(Claim claim, FailedAttempt attempt, Checkpoint checkpoint);

    /** Stores how the instance ends, once it is rolled back; it stays claimed. False if the claim is stale. */
    boolean beginRollback(Claim claim, Ending ending);

    /** Ends an instance that is rolled back, as was stored before, just as {@link #end} does. */
    boolean endRollback(Claim claim, Rollback.Outcome outcome, Duration keep);

    /** Ends the instance, and makes its parent due if that waits for it. False if the claim is stale. */
    boolean end(Claim claim, Ending ending, Duration keep);

    /**
     * Gives the instance up, due at once.
     *
     * @param interrupted whether an attempt may have been cut off
     * @return false if the claim is stale
     */
    boolean release(Claim claim, boolean interrupted);

    // --- tell: what nodes say to each other, where the database can; it may be lost, and nothing depends on it ---

    /**
     * Tells other nodes that these instances were steered, or if there are none that something is due. It is done soon, by
     * another thread, together with what others tell; the caller is in no transaction.
     */
    void tell(Collection<Long> instances);

    /**
     * Listens on a connection of its own; empty if nodes cannot tell each other anything through this database.
     *
     * @throws org.springframework.dao.DataAccessException if nothing can be heard now
     */
    Optional<Subscription> subscribe();

    // --- look ---

    Optional<InstanceState> find(String workflow, String id);

    /**
     * A page of the instances of these workflows, in the order of their creation; joins the caller's transaction.
     *
     * @param workflows one, or several that are listed as one
     * @throws IllegalArgumentException if the query's cursor is not one that a page had
     */
    InstancePage list(List<String> workflows, InstanceQuery query);

    /** The instance that started it, as long as it is kept. */
    Optional<ParentInstance> parent(String workflow, String id);

    /** The instances that it started, as long as they are kept, in the order in which it did. */
    List<ChildInstance<?>> children(String workflow, String id);

    /** Returns when the database has answered; nothing is asked of it but that. */
    void ping();

    // --- clean ---

    /**
     * Deletes an instance with all there is of it, if it has ended; joins the caller's transaction. Empty if there is no
     * such instance.
     */
    Optional<Steered> delete(String workflow, String id);

    /** Deletes ended instances whose retention has passed, at most so many; returns how many. */
    int purge(int limit);
}
