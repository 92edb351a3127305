package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.workflows.CreateOptions;
import dev.workflows.Status;
import dev.workflows.WaitOptions;
import dev.workflows.WorkflowInstance;
import dev.workflows.engine.ScriptedWorkflow.Script;
import dev.workflows.test.PgBouncer;
import dev.workflows.test.TestApplication;
import dev.workflows.test.TestDatabase;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

/** Nodes behind a PgBouncer in transaction mode: everything works, but for what they would hear. */
@EnabledIf("dev.workflows.test.PgBouncer#isInstalled")
@ExtendWith(OutputCaptureExtension.class)
class PgBouncerTests {

    @TempDir
    private Path directory;

    private final String direct = TestDatabase.POSTGRESQL.newUrl();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private String shared = "";

    @BeforeEach
    void start() throws Exception {
        PgBouncer bouncer = PgBouncer.start(direct, directory);
        opened.add(bouncer);
        shared = bouncer.url();
    }

    @AfterEach
    void close() throws Exception {
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
    }

    private ConfigurableApplicationContext node(String url, String... properties) {
        ConfigurableApplicationContext node = TestApplication.on(url, ScriptedWorkflow.class, LedgerWorkflow.class)
                .with(properties)
                .start();
        opened.add(node);
        return node;
    }

    @Test
    void instancesOfTwoNodesRunSleepWaitBranchAndEnd() throws Exception {
        ConfigurableApplicationContext one = node(shared);
        ConfigurableApplicationContext other = node(shared);
        Script script = (steps, step) -> {
            int sum = steps.number(() -> 1);
            step.sleep("a moment", "2 seconds");
            String approval = step.waitForEvent("approval", WaitOptions.forType("approval", String.class))
                    .payload();
            return sum + approval + step.all(() -> steps.number(() -> 2), () -> steps.number(() -> 3));
        };
        List<WorkflowInstance<Object>> instances = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            String id = "instance-" + i;
            List.of(one, other).forEach(each -> ScriptedWorkflow.script(each, id, script));
            instances.add(ScriptedWorkflow.binding(i % 2 == 0 ? one : other)
                    .create(CreateOptions.of(null).withId(id)));
        }

        IntStream.range(0, 100)
                .forEach(i -> ScriptedWorkflow.binding(i % 2 == 0 ? other : one)
                        .get("instance-" + i)
                        .sendEvent("approval", "granted"));

        for (WorkflowInstance<Object> instance : instances) {
            assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo("1granted[2, 3]");
        }
    }

    @Test
    void aNodeSaysThatItHearsNothingAndLooksForItself(CapturedOutput output) throws Exception {
        ConfigurableApplicationContext node = node(shared, "logging.level.dev.workflows.engine.Listener=info");
        await().until(() -> output.getOut().contains("What other nodes tell is not heard"));
        ScriptedWorkflow.script(node, "instance", (steps, step) -> steps.number(() -> 1));

        ConfigurableApplicationContext without = node(shared, "workflows.worker.enabled=false");
        WorkflowInstance<Object> instance =
                ScriptedWorkflow.binding(without).create(CreateOptions.of(null).withId("instance"));

        assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo(1);
    }

    @Test
    void aNodeThatIsNotBehindItHearsOneThatIs(CapturedOutput output) throws Exception {
        ConfigurableApplicationContext node =
                node(direct, "workflows.worker.poll-interval=1 hour", "workflows.worker.lease=1 hour");
        ConfigurableApplicationContext without = node(shared, "workflows.worker.enabled=false");
        ScriptedWorkflow.script(
                node,
                "instance",
                (steps, step) -> step.waitForEvent("approval", WaitOptions.forType("approval", String.class))
                        .payload());
        WorkflowInstance<Object> instance =
                ScriptedWorkflow.binding(without).create(CreateOptions.of(null).withId("instance"));
        await().until(() -> instance.status().status() == Status.WAITING);

        instance.sendEvent("approval", "granted");

        assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo("granted");
    }
}
