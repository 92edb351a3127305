package dev.workflows.jpa;

import static org.assertj.core.api.Assertions.assertThat;

import dev.workflows.Status;
import dev.workflows.store.Checkpoint;
import dev.workflows.store.Claim;
import dev.workflows.store.Ending;
import dev.workflows.store.FailedAttempt;
import dev.workflows.store.InstanceQueue;
import dev.workflows.store.NewInstance;
import dev.workflows.store.StepKey;
import dev.workflows.store.Wake;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Instances as they are created and read, inside the caller's transaction too. */
abstract class InstanceStoreContract extends WorkflowStoreContract {

    @Test
    void anInstanceWithANewIdIsCreatedOnceHoweverOftenItsCommitIsInDoubt() {
        NewInstance instance = newInstance("made-up", "first");

        long key = store.createNew(instance);

        assertThat(store.createNew(instance)).isEqualTo(key);
        assertThat(store.claim("second", List.of(InstanceQueue.unlimited(WORKFLOW)), 1))
                .isEmpty();
        assertThat(store.find(WORKFLOW, "made-up").orElseThrow().status()).isEqualTo(Status.RUNNING);
    }

    @Test
    void knowsWhichIdsAreTaken() {
        store.create(List.of(newInstance("one", null), newInstance("two", null)));

        assertThat(store.taken(List.of(WORKFLOW, "other"), List.of("two", "three")))
                .containsExactly("two");
        assertThat(store.taken(List.of("other"), List.of("two"))).isEmpty();
        transaction.executeWithoutResult(status -> {
            store.create(List.of(newInstance("three", null)));
            assertThat(store.taken(List.of(WORKFLOW), List.of("three"))).containsExactly("three");
            status.setRollbackOnly();
        });
        assertThat(store.taken(List.of(WORKFLOW), List.of("three"))).isEmpty();
    }

    @Test
    void readsInTheCallersTransactionSeeItsWritesAndStandInTheWayOfNone() {
        String id = createdAndClaimed("first").id();

        transaction.executeWithoutResult(status -> {
            assertThat(store.find(WORKFLOW, id).orElseThrow().status()).isEqualTo(Status.RUNNING);
            assertThat(store.taken(List.of(WORKFLOW), List.of(id))).containsExactly(id);
            assertThat(store.parent(WORKFLOW, id)).isEmpty();
            assertThat(store.children(WORKFLOW, id)).isEmpty();
            store.pause(WORKFLOW, id);
            assertThat(store.find(WORKFLOW, id).orElseThrow().status()).isEqualTo(Status.WAITING_FOR_PAUSE);
        });
    }

    @Test
    void nothingIsLeftToBeDoneWhenTheCallersTransactionHasEnded() {
        Claim claim = createdAndClaimed("first");

        transaction.executeWithoutResult(status -> {
            store.append(claim, completed("first"));
            assertThat(TransactionSynchronizationManager.getSynchronizations()).isEmpty();
            assertThat(TransactionSynchronizationManager.getResourceMap()).containsOnlyKeys(pool);
        });
    }

    @Test
    void marksWhatMustNotBeShown() {
        store.create(List.of(
                new NewInstance(WORKFLOW, "open", "{}", false, NOW, null, null, Map.of(), ""),
                new NewInstance(WORKFLOW, "secret", "{}", true, NOW, null, null, Map.of(), "")));
        for (Claim claim : store.claim("first", List.of(InstanceQueue.unlimited(WORKFLOW)), 2)) {
            boolean secret = claim.id().equals("secret");
            store.append(claim, completed("a secret").withSensitive(secret));
            assertThat(store.history(claim).checkpoints().get(STEP).sensitive()).isEqualTo(secret);
            store.end(claim, Ending.complete("\"a secret\"", secret), MINUTE);
            assertThat(store.find(WORKFLOW, claim.id()).orElseThrow().sensitive())
                    .isEqualTo(secret);
        }

        assertThat(JdbcClient.create(pool).sql("""
                                select i.id from workflow_instance i join workflow_step s on s.instance_pk = i.pk
                                where i.sensitive_params and i.sensitive_output and s.sensitive""").query(String.class).list()).containsExactly("secret");
        assertThat(JdbcClient.create(pool).sql("""
                                select i.id from workflow_instance i join workflow_step s on s.instance_pk = i.pk
                                where not (i.sensitive_params or i.sensitive_output or s.sensitive)""").query(String.class).list()).containsExactly("open");
    }

    @Test
    void samplesTheStepsThatMethodsDeclare() {
        Claim claim = createdAndClaimed("first");
        store.append(claim, completed("ours").withDeclared(true));
        FailedAttempt failed = new FailedAttempt(
                new StepKey(StepKey.Kind.STEP, "1.2", "ship", 1),
                1,
                NOW,
                NOW,
                failed(1).failure());
        store.stepFailed(claim, failed, Checkpoint.failed(failed).withDeclared(true));
        StepKey lambda = new StepKey(StepKey.Kind.STEP, "lambda", 1);
        store.append(claim, Checkpoint.completed(lambda, "1", 1, NOW, NOW));
        assertThat(store.sampleDeclaredSteps(List.of(WORKFLOW))).isEmpty();
        store.suspend(claim, Wake.after(MINUTE));

        assertThat(store.sampleDeclaredSteps(List.of(WORKFLOW, "other")))
                .isEqualTo(Map.of(WORKFLOW, Set.of("charge", "ship")));
        assertThat(store.sampleDeclaredSteps(List.of("other"))).isEmpty();
        assertThat(store.history(claim).checkpoints().values())
                .extracting(checkpoint -> checkpoint.key().name() + checkpoint.declared())
                .containsExactlyInAnyOrder("chargetrue", "shiptrue", "lambdafalse");
    }
}
