package dev.workflows.store;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

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

    /** Whether the calling thread is in a transaction that writes of this store would join. */
    boolean isInTransaction();

    /**
     * Calls back when the transaction on this thread has ended, true if it committed; at once, with true, outside one.
     * An end that is not known to be a commit counts as none.
     */
    void afterTransaction(Consumer<Boolean> committed);

    // --- dispatch ---

    /** Claims instances of these workflows that are due: queued, or at the end of a wait. The longest due come first. */
    List<Claim> claim(String node, Collection<String> workflows, int limit);

    /** How long until the next instance of these workflows is due, zero or less if one is; empty if none will be. */
    Optional<Duration> untilNextDue(Collection<String> workflows);

    /** How many instances wait for a workflow that is none of these, by its name. */
    Map<String, Long> countUnknown(Collection<String> workflows);

    // --- lease ---

    /** Adds a node whose instances are its own until its lease has run out. */
    void join(String node, String description, Duration lease);

    /** Renews a node's lease. False if it has been taken from it: its instances are no longer its own. */
    boolean renew(String node, Duration lease);

    /** Takes the instances from nodes whose lease has run out, and makes them due. */
    int recover();

    /** The keys of the instances that a node owns. */
    Set<Long> owned(String node);

    /** Takes an instance from a node that does not run it after all, and makes it due. False if it was not its own. */
    boolean takeBack(String node, long key);

    /** Removes a node, and makes due what it still owned. */
    void leave(String node);

    // --- run ---

    /** What the instance has done so far. */
    History history(Claim claim);

    /** Stores a step's outcome; joins the caller's transaction. */
    Written append(Claim claim, Checkpoint checkpoint);

    /** The stored outcome of a step. */
    Optional<Checkpoint> checkpoint(Claim claim, StepKey key);

    /** Stores that a sleep has begun, and gives the instance up until it is over. */
    Written sleep(Claim claim, StepKey key, Duration duration);

    /** Gives the instance up until then. False if the claim is stale. */
    boolean suspend(Claim claim, Duration wait);

    /** Stores a failed attempt; the instance stays claimed. False if the claim is stale. */
    boolean attemptFailed(Claim claim, FailedAttempt attempt);

    /** Stores a failed attempt, and gives the instance up until its next one. False if the claim is stale. */
    boolean retryLater(Claim claim, FailedAttempt attempt, Duration wait);

    /** Stores a step's last failed attempt and its outcome together. */
    Written stepFailed(Claim claim, FailedAttempt attempt, Checkpoint checkpoint);

    /** Ends the instance. False if the claim is stale. */
    boolean end(Claim claim, Ending ending, Duration keep);

    /**
     * Gives the instance up, due at once.
     *
     * @param interrupted whether an attempt may have been cut off
     * @return false if the claim is stale
     */
    boolean release(Claim claim, boolean interrupted);

    // --- look ---

    Optional<InstanceState> find(String workflow, String id);

    // --- clean ---

    /** Deletes ended instances whose retention has passed, at most so many; returns how many. */
    int purge(int limit);
}
