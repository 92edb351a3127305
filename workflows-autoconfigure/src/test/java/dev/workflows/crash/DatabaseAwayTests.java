package dev.workflows.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.workflows.CreateOptions;
import dev.workflows.WorkflowBinding;
import dev.workflows.test.PostgresServer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.ConfigurableApplicationContext;

/** PostgreSQL is stopped hard, and stays away for longer than the lease; or another one takes its place. Nobody restarts a node. */
class DatabaseAwayTests {

    /** {@code -Doutage.seconds=60} for the minute that is promised. */
    private static final Duration OUTAGE = Duration.ofSeconds(Long.getLong("outage.seconds", 4));

    private static final String[] PROPERTIES = {
        "workflows.worker.lease=2 seconds", "spring.datasource.hikari.connection-timeout=500", "crash.hold=until-go"
    };
    /** Where each instance is when the database goes: held inside a body, asleep, or waiting for an event. */
    private static final List<String> INSTANCES =
            List.of("load-1", "load-2", "book-1", "book-2", "arrive-1", "arrive-2", "asleep", "wind-1", "wind-2");

    @TempDir
    private Path directory;

    private PostgresServer primary;

    @BeforeEach
    void startPostgres() throws Exception {
        primary = PostgresServer.start(directory.resolve("primary"));
    }

    @AfterEach
    void stopPostgres() throws Exception {
        primary.close();
    }

    @Test
    void whatRanGoesOnByItselfWhenItIsBack() throws Exception {
        try (Nodes nodes = new Nodes(primary.url(), directory)) {
            List<ConfigurableApplicationContext> both = startVoyages(nodes);

            Instant gone = Instant.now();
            primary.stopHard();
            nodes.signals().raise("go");
            both.forEach(node -> {
                await().until(() -> health(node) == Status.DOWN);
                assertThatThrownBy(() ->
                                voyages(node).create(CreateOptions.of("PT0S").withId("refused")))
                        .isInstanceOf(RuntimeException.class);
            });
            await().pollDelay(Duration.between(Instant.now(), gone.plus(OUTAGE)))
                    .atMost(OUTAGE.plusSeconds(10))
                    .untilAsserted(() -> assertThat(both).allMatch(node -> health(node) == Status.DOWN));
            primary.start();

            assertAllArrive(nodes, both);
        }
    }

    @Test
    void aStandbyThatIsPromotedTakesItsPlace() throws Exception {
        try (PostgresServer standby = primary.startStandby(directory.resolve("standby"))) {
            String url = "jdbc:postgresql://localhost:%d,localhost:%d/postgres?targetServerType=primary"
                    .formatted(primary.port(), standby.port());
            try (Nodes nodes = new Nodes(url, directory)) {
                List<ConfigurableApplicationContext> both = startVoyages(nodes);

                primary.stopHard();
                nodes.signals().raise("go");
                both.forEach(node -> await().until(() -> health(node) == Status.DOWN));
                standby.promote();

                assertAllArrive(nodes, both);
            }
        }
    }

    private List<ConfigurableApplicationContext> startVoyages(Nodes nodes) {
        List<ConfigurableApplicationContext> both = Stream.of("first", "second")
                .map(node -> nodes.start(node, VoyageWorkflow.class, PROPERTIES))
                .toList();
        for (int i = 0; i < INSTANCES.size(); i++) {
            String instance = INSTANCES.get(i);
            WorkflowBinding<String, String> voyages = voyages(both.get(i % 2));
            // it wakes while the database is away
            String sleep = instance.equals("asleep") ? "PT3S" : "PT0S";
            voyages.create(CreateOptions.of(sleep).withId(instance));
            if (!instance.startsWith("wind")) {
                voyages.get(instance).sendEvent(VoyageWorkflow.EVENT, "west");
            }
        }
        INSTANCES.stream().filter(VoyageWorkflow::isHeld).forEach(nodes.signals()::awaitRaised);
        await().until(() -> Stream.of("asleep", "wind-1", "wind-2")
                .allMatch(id -> voyages(both.get(0)).get(id).status().status() == dev.workflows.Status.WAITING));
        return both;
    }

    private void assertAllArrive(Nodes nodes, List<ConfigurableApplicationContext> both) throws Exception {
        both.forEach(node -> await().atMost(Duration.ofSeconds(30)).until(() -> health(node) == Status.UP));
        WorkflowBinding<String, String> voyages = voyages(both.get(1));
        voyages.get("wind-1").sendEvent(VoyageWorkflow.EVENT, "west");
        voyages.get("wind-2").sendEvent(VoyageWorkflow.EVENT, "west");
        for (String instance : INSTANCES) {
            assertThat(voyages.get(instance).await(Duration.ofSeconds(30))).isEqualTo("load west book arrive");
        }
        assertThatThrownBy(() -> voyages.get("refused").status()).hasMessageContaining("refused");

        for (String instance : INSTANCES) {
            // no body but the transactional one, whose own statement failed, was entered again
            assertThat(nodes.journal().entries(instance))
                    .as(instance)
                    .extracting(Journal.Entry::toString)
                    .doesNotHaveDuplicates()
                    .filteredOn(attempt -> !attempt.startsWith("book"))
                    .containsExactly("load#1", "arrive#1");
        }
        assertThat(CrashDatabase.ledger(urlOf(both))).containsExactlyInAnyOrderElementsOf(INSTANCES);
    }

    private static String urlOf(List<ConfigurableApplicationContext> nodes) {
        return nodes.get(0).getEnvironment().getRequiredProperty("spring.datasource.url");
    }

    private static WorkflowBinding<String, String> voyages(ConfigurableApplicationContext node) {
        return CrashApplication.binding(node, "VOYAGE");
    }

    private static Status health(ConfigurableApplicationContext node) {
        return node.getBean("workflowsHealthIndicator", HealthIndicator.class)
                .health()
                .getStatus();
    }
}
