package dev.workflows.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.workflows.Workflow;
import dev.workflows.WorkflowEntrypoint;
import dev.workflows.WorkflowEvent;
import dev.workflows.WorkflowStep;
import dev.workflows.engine.WorkflowEngine;
import dev.workflows.test.FaultyDatabase;
import dev.workflows.test.OnEveryDatabase;
import dev.workflows.test.TestApplication;
import dev.workflows.test.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/** What a node's health says while its database answers, is away, or does not say anything. */
class HealthTests {

    private static final String LEASE = "workflows.worker.lease=1 second";

    @Workflow
    static class Quiet implements WorkflowEntrypoint<Void, @Nullable Void> {
        @Override
        public @Nullable Void run(WorkflowEvent<Void> event, WorkflowStep step) {
            return null;
        }
    }

    @OnEveryDatabase
    void isDownWhileTheDatabaseIsAwayAndSaysSinceWhenAndWhatThatMeans(TestDatabase database) {
        try (ConfigurableApplicationContext node = start(database, LEASE)) {
            assertThat(health(node).getStatus()).isEqualTo(Status.UP);
            FaultyDatabase faulty = node.getBean(FaultyDatabase.class);
            Instant before = Instant.now();

            faulty.goAway();
            await().until(() -> health(node).getStatus() == Status.DOWN);
            assertThat(detail(node, "reason")).asString().contains("The database is away");
            assertThat((Instant) detail(node, "since")).isBetween(before.minusSeconds(2), Instant.now());
            await().until(() -> detail(node, "meaning").toString().startsWith("The lease has run out"));

            faulty.comeBack();
            await().until(() -> health(node).getStatus() == Status.UP);
            assertThat(health(node).getDetails()).doesNotContainKeys("since", "reason", "meaning");
        }
    }

    @OnEveryDatabase
    void answersAtOnceAlthoughTheDatabaseHangs(TestDatabase database) {
        try (ConfigurableApplicationContext node = start(database, LEASE)) {
            CountDownLatch over = new CountDownLatch(1);
            FaultyDatabase faulty = node.getBean(FaultyDatabase.class);
            faulty.hangUntil(over);
            await().until(() -> health(node).getStatus() == Status.DOWN);

            Instant asked = Instant.now();
            assertThat(detail(node, "reason")).isEqualTo("The database does not answer");
            assertThat(Duration.between(asked, Instant.now())).isLessThan(Duration.ofMillis(500));

            over.countDown();
            await().until(() -> health(node).getStatus() == Status.UP);
        }
    }

    @OnEveryDatabase
    void aNodeThatRunsNothingIsJudgedByWhetherTheDatabaseAnswers(TestDatabase database) {
        try (ConfigurableApplicationContext node = start(database, "workflows.worker.enabled=false")) {
            assertThat(health(node).getStatus()).isEqualTo(Status.UP);
            assertThat(health(node).getDetails())
                    .containsOnlyKeys("runsInstances")
                    .containsEntry("runsInstances", false);
            FaultyDatabase faulty = node.getBean(FaultyDatabase.class);

            faulty.goAway();
            assertThat(health(node).getStatus()).isEqualTo(Status.DOWN);
            assertThat(detail(node, "reason")).asString().contains("The database is away");
            faulty.comeBack();
            assertThat(health(node).getStatus()).isEqualTo(Status.UP);

            CountDownLatch over = new CountDownLatch(1);
            faulty.hangUntil(over);
            Instant asked = Instant.now();
            assertThat(detail(node, "reason")).asString().contains("No answer within 1s");
            assertThat(health(node).getStatus()).isEqualTo(Status.DOWN);
            assertThat(Duration.between(asked, Instant.now())).isLessThan(Duration.ofSeconds(4));
            assertThat(Thread.getAllStackTraces().keySet())
                    .filteredOn(thread -> thread.getName().equals("workflows-health"))
                    .hasSize(1);
            over.countDown();
            await().until(() -> health(node).getStatus() == Status.UP);
        }
    }

    @OnEveryDatabase
    void aNodeWhoseEngineHasStoppedIsOutOfService(TestDatabase database) {
        try (ConfigurableApplicationContext node = start(database, LEASE)) {
            node.getBean(WorkflowEngine.class).stop();
            assertThat(health(node).getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
            node.getBean(WorkflowEngine.class).start();
            assertThat(health(node).getStatus()).isEqualTo(Status.UP);
        }
    }

    private static ConfigurableApplicationContext start(TestDatabase database, String... properties) {
        return TestApplication.on(database.newUrl(), Quiet.class, FaultyDatabase.class)
                .with(properties)
                .start();
    }

    private static Health health(ApplicationContext node) {
        return node.getBean("workflowsHealthIndicator", HealthIndicator.class).health();
    }

    private static Object detail(ApplicationContext node, String name) {
        return health(node).getDetails().getOrDefault(name, "nothing");
    }
}
