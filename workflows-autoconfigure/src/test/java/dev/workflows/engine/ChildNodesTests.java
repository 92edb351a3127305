package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.workflows.Status;
import dev.workflows.StepCallable;
import dev.workflows.WorkflowInstance;
import dev.workflows.engine.PageWorkflow.Page;
import dev.workflows.engine.PageWorkflow.Topic;
import dev.workflows.test.OnEveryDatabase;
import dev.workflows.test.TestApplication;
import dev.workflows.test.TestDatabase;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Parents and children on different nodes, and very many of them on one. */
@ExtendWith(OutputCaptureExtension.class)
class ChildNodesTests {

    private static final int PARENTS = 200;
    private static final int CHILDREN = 3;

    @OnEveryDatabase
    void aParentOnOneNodeGetsTheOutputOfItsChildOnAnother(TestDatabase database) throws Exception {
        String topic = UUID.randomUUID().toString();
        String url = database.newUrl();
        try (ConfigurableApplicationContext parents = TestApplication.on(
                                url, ScriptedWorkflow.class, PageWorkflow.class)
                        .with("workflows.worker.concurrency=1")
                        .start();
                ConfigurableApplicationContext pages =
                        TestApplication.on(url, PageWorkflow.class).start()) {
            WorkflowInstance<Object> parent = ScriptedWorkflow.create(parents, (steps, step) -> {
                var child = step.start(PageWorkflow.binding(parents), Topic.held(topic));
                // this node's only slot is taken until the other one has the child
                steps.act(() -> await().until(() -> isRunning(parents, child.id())));
                return step.await(child).blocks().size();
            });
            await().until(() -> parent.status().status() == Status.WAITING);

            PageWorkflow.letGo(pages, topic);

            assertThat(parent.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo(2);
        }
    }

    @OnEveryDatabase
    void aBranchIsWokenByTheEndOfAChildOnAnotherNode(TestDatabase database) throws Exception {
        String topic = UUID.randomUUID().toString();
        String url = database.newUrl();
        try (ConfigurableApplicationContext parents = TestApplication.on(
                                url, ScriptedWorkflow.class, PageWorkflow.class)
                        .with("workflows.worker.concurrency=1", "workflows.worker.lease=1 second")
                        .start();
                ConfigurableApplicationContext pages =
                        TestApplication.on(url, PageWorkflow.class).start()) {
            List<Page> got = new CopyOnWriteArrayList<>();
            Object output = ScriptedWorkflow.run(
                    parents,
                    (steps, step) -> step.all(
                            () -> got.add(step.await(step.start(PageWorkflow.binding(parents), Topic.held(topic)))),
                            () -> {
                                steps.act(() -> {
                                    await().until(() -> PageWorkflow.isHolding(pages, topic));
                                    PageWorkflow.letGo(pages, topic);
                                    await().until(() -> got.size() == 1);
                                });
                                return true;
                            }));

            assertThat(output).isEqualTo(List.of(true, true));
        }
    }

    private static boolean isRunning(ConfigurableApplicationContext application, String id) {
        return application
                .getBean(JdbcClient.class)
                .sql("select count(*) from workflow_instance where id = ? and status = 'running'")
                .param(id)
                .query(Boolean.class)
                .single();
    }

    @OnEveryDatabase
    void veryManyFamiliesAtOnceAllComplete(TestDatabase database, CapturedOutput log) throws Exception {
        try (ConfigurableApplicationContext application = TestApplication.on(
                        database.newUrl(), ScriptedWorkflow.class, PageWorkflow.class)
                .with("logging.level.dev.workflows=warn")
                .start()) {
            List<WorkflowInstance<Object>> parents = IntStream.range(0, PARENTS)
                    .mapToObj(i -> ScriptedWorkflow.create(
                            application,
                            (steps, step) -> step.all(IntStream.range(0, CHILDREN)
                                    .<StepCallable<Page>>mapToObj(child -> () ->
                                            step.await(step.start(PageWorkflow.binding(application), Topic.of("cats"))))
                                    .toList())))
                    .toList();

            for (WorkflowInstance<Object> parent : parents) {
                assertThat((List<?>) parent.await(ScriptedWorkflow.LONG_ENOUGH)).hasSize(CHILDREN);
            }
            assertThat(application
                            .getBean(JdbcClient.class)
                            .sql("select count(*) from workflow_instance where status = 'complete'")
                            .query(Integer.class)
                            .single())
                    .isEqualTo(PARENTS * (1 + CHILDREN));
        }
        assertThat(log.getAll()).doesNotContainIgnoringCase("deadlock").doesNotContain("trying again");
    }
}
