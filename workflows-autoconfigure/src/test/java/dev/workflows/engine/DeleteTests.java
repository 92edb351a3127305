package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.workflows.InstanceFailedException;
import dev.workflows.InstanceNotEndedException;
import dev.workflows.InstanceNotFoundException;
import dev.workflows.Status;
import dev.workflows.WorkflowInstance;
import dev.workflows.test.OnEveryDatabase;
import dev.workflows.test.SharedApplication;
import dev.workflows.test.TestDatabase;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Instances that are deleted by hand. */
class DeleteTests {

    @RegisterExtension
    static final SharedApplication APPLICATION = SharedApplication.of(ScriptedWorkflow.class);

    private final String id = UUID.randomUUID().toString();

    @OnEveryDatabase
    void aDeletedInstanceIsGoneAndItsIdIsFree(TestDatabase database) throws Exception {
        ConfigurableApplicationContext application = APPLICATION.on(database);
        WorkflowInstance<Object> instance =
                ScriptedWorkflow.create(application, id, (steps, step) -> steps.number(() -> 1));
        instance.await(ScriptedWorkflow.LONG_ENOUGH);

        instance.delete();

        assertThatExceptionOfType(InstanceNotFoundException.class).isThrownBy(instance::status);
        assertThatExceptionOfType(InstanceNotFoundException.class)
                .isThrownBy(() -> ScriptedWorkflow.binding(application).get(id));
        assertThat(ScriptedWorkflow.create(application, id, (steps, step) -> steps.number(() -> 2))
                        .await(ScriptedWorkflow.LONG_ENOUGH))
                .isEqualTo(2);
    }

    @OnEveryDatabase
    void whatFailedOrWasTerminatedCanBeDeletedToo(TestDatabase database) {
        WorkflowInstance<Object> failed = ScriptedWorkflow.create(APPLICATION.on(database), (steps, step) -> {
            throw new IllegalStateException("no luck");
        });
        assertThatExceptionOfType(InstanceFailedException.class)
                .isThrownBy(() -> failed.await(ScriptedWorkflow.LONG_ENOUGH));
        WorkflowInstance<Object> terminated = sleeping(database);
        terminated.terminate();

        failed.delete();
        terminated.delete();

        assertThatExceptionOfType(InstanceNotFoundException.class).isThrownBy(failed::status);
        assertThatExceptionOfType(InstanceNotFoundException.class).isThrownBy(terminated::status);
    }

    @OnEveryDatabase
    void whatHasNotEndedMustBeTerminatedFirst(TestDatabase database) {
        WorkflowInstance<Object> instance = sleeping(database);

        assertThatExceptionOfType(InstanceNotEndedException.class)
                .isThrownBy(instance::delete)
                .withMessage(
                        "Instance \"%s\" of workflow \"scripted-workflow\" has not ended, it is waiting: it was not "
                                        .formatted(id)
                                + "deleted. Terminate it first")
                .satisfies(e -> assertThat(e.status()).isEqualTo(Status.WAITING))
                .satisfies(e -> assertThat(e.instanceId()).isEqualTo(id));

        assertThat(instance.status().status()).isEqualTo(Status.WAITING);
        instance.terminate();
        instance.delete();
        assertThatExceptionOfType(InstanceNotFoundException.class).isThrownBy(instance::delete);
    }

    @OnEveryDatabase
    void aDeletionBelongsToTheCallersTransaction(TestDatabase database) throws Exception {
        ConfigurableApplicationContext application = APPLICATION.on(database);
        TransactionTemplate transaction =
                new TransactionTemplate(application.getBean(PlatformTransactionManager.class));
        WorkflowInstance<Object> instance = ScriptedWorkflow.create(application, id, (steps, step) -> "first");
        instance.await(ScriptedWorkflow.LONG_ENOUGH);

        transaction.executeWithoutResult(status -> {
            instance.delete();
            assertThatExceptionOfType(InstanceNotFoundException.class).isThrownBy(instance::status);
            status.setRollbackOnly();
        });
        assertThat(instance.status().output()).isEqualTo("first");

        transaction.executeWithoutResult(status -> {
            instance.delete();
            ScriptedWorkflow.create(application, id, (steps, step) -> "second");
        });
        assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo("second");
    }

    @OnEveryDatabase
    void anInstanceThatWasTerminatedInTheMiddleOfAStepCanBeDeletedAtOnce(TestDatabase database) throws Exception {
        CountDownLatch inBody = new CountDownLatch(1);
        CountDownLatch left = new CountDownLatch(1);
        WorkflowInstance<Object> instance = ScriptedWorkflow.create(
                APPLICATION.on(database),
                id,
                (steps, step) -> steps.number(() -> {
                    inBody.countDown();
                    try {
                        new CountDownLatch(1).await();
                    } finally {
                        left.countDown();
                    }
                    return 1;
                }));
        inBody.await();

        instance.terminate();
        instance.delete();

        left.await();
        // what its thread still does finds nothing, and hurts nobody
        assertThat(ScriptedWorkflow.create(APPLICATION.on(database), id, (steps, step) -> "again")
                        .await(ScriptedWorkflow.LONG_ENOUGH))
                .isEqualTo("again");
    }

    private WorkflowInstance<Object> sleeping(TestDatabase database) {
        WorkflowInstance<Object> instance = ScriptedWorkflow.create(APPLICATION.on(database), id, (steps, step) -> {
            step.sleep("long", "1 hour");
            return null;
        });
        await().until(() -> instance.status().status() == Status.WAITING);
        return instance;
    }
}
