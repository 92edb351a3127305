package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.workflows.Status;
import dev.workflows.WaitOptions;
import dev.workflows.WorkflowInstance;
import dev.workflows.engine.ScriptedWorkflow.Script;
import dev.workflows.test.OnEveryDatabase;
import dev.workflows.test.SharedApplication;
import dev.workflows.test.TestDatabase;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Instances that are paused while they wait for something else than a sleep. */
class PauseTests {

    @RegisterExtension
    static final SharedApplication APPLICATION = SharedApplication.of(ScriptedWorkflow.class);

    @OnEveryDatabase
    void anInstanceThatWaitsForAnEventIsPausedAtOnceAndWhatIsLeftOfItsTimeoutIsKept(TestDatabase database) {
        assertWhatIsLeftIsKept(
                database,
                "workflow_step",
                "wake_at",
                (steps, step) -> step.waitForEvent(
                        "for approval",
                        WaitOptions.forType("approval", String.class).withTimeout("1 hour")));
    }

    @OnEveryDatabase
    void anInstanceThatWaitsForARetryIsPausedAtOnceAndWhatIsLeftOfItsDelayIsKept(TestDatabase database) {
        assertWhatIsLeftIsKept(
                database,
                "workflow_attempt",
                "next_at",
                (steps, step) -> steps.retriedLater(() -> {
                    throw new IOException("no luck");
                }));
    }

    /** @param script waits for an hour */
    private static void assertWhatIsLeftIsKept(TestDatabase database, String table, String column, Script script) {
        WorkflowInstance<Object> instance = ScriptedWorkflow.create(APPLICATION.on(database), script);
        await().until(() -> instance.status().status() == Status.WAITING);

        instance.pause();
        assertThat(instance.status().status()).isEqualTo(Status.PAUSED);
        JdbcClient jdbc = APPLICATION.on(database).getBean(JdbcClient.class);
        // as if the pause, and 20 minutes of the wait before it, had been long ago
        jdbc.sql("update workflow_instance set paused_at = paused_at - interval '2' hour where id = ?")
                .param(instance.id())
                .update();
        jdbc.sql("update %s set %s = %s - interval '140' minute where instance_pk = (%s)"
                        .formatted(table, column, column, "select pk from workflow_instance where id = ?"))
                .param(instance.id())
                .update();
        instance.resume();

        await().until(() -> instance.status().status() == Status.WAITING);
        double left = jdbc.sql(
                        "select extract(epoch from (due_at - current_timestamp)) from workflow_instance where id = ?")
                .param(instance.id())
                .query(Double.class)
                .single();
        assertThat(Duration.ofSeconds((long) left)).isBetween(Duration.ofMinutes(39), Duration.ofMinutes(41));
        instance.terminate();
    }
}
