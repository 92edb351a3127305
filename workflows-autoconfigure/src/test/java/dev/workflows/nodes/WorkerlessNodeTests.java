package dev.workflows.nodes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.workflows.CreateOptions;
import dev.workflows.InstanceQuery;
import dev.workflows.InstanceSummary;
import dev.workflows.Status;
import dev.workflows.Step;
import dev.workflows.WaitOptions;
import dev.workflows.Workflow;
import dev.workflows.WorkflowBinding;
import dev.workflows.WorkflowEntrypoint;
import dev.workflows.WorkflowEvent;
import dev.workflows.WorkflowInstance;
import dev.workflows.WorkflowStep;
import dev.workflows.test.OnEveryDatabase;
import dev.workflows.test.TestApplication;
import dev.workflows.test.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A node that runs no instances, a web front end say, steers those that another one runs. */
class WorkerlessNodeTests {

    private static final Duration LONG_ENOUGH = Duration.ofSeconds(20);

    /** Says which node was given what. */
    @Workflow(name = "errand")
    static class Errand implements WorkflowEntrypoint<String, String> {

        private final String node;

        Errand(@Value("${node}") String node) {
            this.node = node;
        }

        @Override
        public String run(WorkflowEvent<String> event, WorkflowStep step) {
            String begun = begin(event.payload());
            return begun
                    + step.waitForEvent("wait", WaitOptions.forType("go", String.class))
                            .payload();
        }

        @Step
        String begin(String params) {
            return node + " " + params + " ";
        }
    }

    @Workflow(name = "every-second", schedule = "* * * * * *")
    static class EverySecond implements WorkflowEntrypoint<@Nullable Void, @Nullable Void> {

        @Override
        public @Nullable Void run(WorkflowEvent<@Nullable Void> event, WorkflowStep step) {
            return null;
        }
    }

    @OnEveryDatabase
    void createsLooksAndSteersWhileAnotherNodeRuns(TestDatabase database) throws Exception {
        String url = database.newUrl();
        try (ConfigurableApplicationContext front = startWorkerless(url, Errand.class)) {
            WorkflowBinding<String, String> errands = errands(front);
            WorkflowInstance<String> first =
                    errands.create(CreateOptions.of("params").withId("first"));
            assertThat(first.status().status()).isEqualTo(Status.QUEUED);
            try (ConfigurableApplicationContext worker = start(url, "worker", Errand.class)) {
                awaitStatus(first, Status.WAITING);
                first.sendEvent("go", "east");
                assertThat(first.await(LONG_ENOUGH)).isEqualTo("worker params east");

                List<WorkflowInstance<String>> batch = errands.createBatch(Stream.of("a", "b")
                                .map(id -> CreateOptions.of("batch").withId(id))
                                .toList())
                        .created();
                batch.forEach(instance -> awaitStatus(instance, Status.WAITING));
                assertThat(errands.list(InstanceQuery.all().withStatus(Status.WAITING))
                                .instances())
                        .extracting(InstanceSummary::id)
                        .containsExactlyInAnyOrder("a", "b");

                WorkflowInstance<String> a = errands.get("a");
                a.pause();
                awaitStatus(a, Status.PAUSED);
                a.sendEvent("go", "west");
                a.resume();
                assertThat(a.await(LONG_ENOUGH)).isEqualTo("worker batch west");
                a.restart();
                a.sendEvent("go", "north");
                assertThat(a.await(LONG_ENOUGH)).isEqualTo("worker batch north");
                WorkflowInstance<String> b = errands.get("b");
                b.terminate();
                assertThat(b.status().status()).isEqualTo(Status.TERMINATED);

                assertThat(nodes(worker)).isOne();
            }
            WorkflowInstance<String> left = errands.create("left");
            assertThat(nodes(front)).isZero();
            assertThat(left.status().status()).isEqualTo(Status.QUEUED);
        }
    }

    @OnEveryDatabase
    void firesNoSchedule(TestDatabase database) {
        String url = database.newUrl();
        try (ConfigurableApplicationContext front = startWorkerless(url, EverySecond.class)) {
            JdbcClient jdbc = front.getBean(JdbcClient.class);
            Instant started = now(jdbc);
            await().until(() -> now(jdbc).isAfter(started.plusSeconds(2)));
            assertThat(count(front, "workflow_schedule")).isZero();
            assertThat(count(front, "workflow_instance")).isZero();

            try (ConfigurableApplicationContext worker = start(url, "worker", EverySecond.class)) {
                await().until(() -> count(worker, "workflow_instance") > 0);
            }
        }
    }

    /** By the clock that the schedule goes by. */
    private static Instant now(JdbcClient jdbc) {
        return jdbc.sql("select current_timestamp")
                .query(OffsetDateTime.class)
                .single()
                .toInstant();
    }

    private static void awaitStatus(WorkflowInstance<?> instance, Status status) {
        await().atMost(LONG_ENOUGH).until(() -> instance.status().status() == status);
    }

    private static ConfigurableApplicationContext startWorkerless(String url, Class<?> workflow) {
        return start(url, "front", workflow, "workflows.worker.enabled=false");
    }

    private static ConfigurableApplicationContext start(
            String url, String node, Class<?> workflow, String... properties) {
        return TestApplication.on(url, workflow)
                .with("node=" + node, "workflows.worker.poll-interval=100ms")
                .with(properties)
                .start();
    }

    @SuppressWarnings("unchecked")
    private static WorkflowBinding<String, String> errands(ApplicationContext node) {
        return node.getBean("ERRAND", WorkflowBinding.class);
    }

    private static long nodes(ApplicationContext node) {
        return count(node, "workflow_node");
    }

    private static long count(ApplicationContext node, String table) {
        return node.getBean(JdbcClient.class)
                .sql("select count(*) from " + table)
                .query(Long.class)
                .single();
    }
}
