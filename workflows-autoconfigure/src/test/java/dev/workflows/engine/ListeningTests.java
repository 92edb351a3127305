package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.workflows.test.RecordedStatements;
import dev.workflows.test.TestApplication;
import dev.workflows.test.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Which nodes keep a connection to listen, and what becomes of it. */
class ListeningTests {

    private static final String LISTENING =
            "select count(*) from pg_stat_activity where datname = current_database() and query like 'LISTEN%'";

    private final String url = TestDatabase.POSTGRESQL.newUrl();

    @Test
    void aNodeThatRunsInstancesListensOnAConnectionThatIsInNoTransaction() {
        try (ConfigurableApplicationContext node = start("spring.datasource.hikari.auto-commit=false")) {
            await().untilAsserted(() ->
                    assertThat(count(node, LISTENING + " and state = 'idle'")).isEqualTo(1));
        }
    }

    @Test
    void aNodeThatLosesTheConnectionListensOnAnother() {
        try (ConfigurableApplicationContext node = start()) {
            await().until(() -> count(node, LISTENING) == 1);

            count(
                    node,
                    "select count(pg_terminate_backend(pid)) from pg_stat_activity where query like 'LISTEN%'"
                            + " and datname = current_database()");

            await().until(() -> count(node, LISTENING + " and state = 'idle'") == 1);
        }
    }

    @Test
    void aNodeThatIsToldLooksLessOftenForItself() {
        // looks ten times a second by itself and twice if it is told, and renews its lease four times
        try (ConfigurableApplicationContext node =
                start("workflows.worker.poll-interval=100ms", "workflows.worker.lease=1 second")) {
            await().until(() -> count(node, LISTENING) == 1);
            RecordedStatements statements = node.getBean(RecordedStatements.class);
            statements.clear();

            await().until(() -> statements.startingWith("with renewed").size() == 12);

            assertThat(statements.startingWith("select (select count(*)")).hasSizeBetween(1, 9);
        }
    }

    @Test
    void noneIsTakenFromASmallPoolOrWhereNoneIsWanted() throws Exception {
        for (String property :
                List.of("spring.datasource.hikari.maximum-pool-size=3", "workflows.worker.listen=false")) {
            try (ConfigurableApplicationContext node = start(property)) {
                assertThat(ScriptedWorkflow.run(node, (steps, step) -> steps.number(() -> 1)))
                        .isEqualTo(1);
                // it would take its connection only now
                await().until(() -> !isAnyListening());
                assertThat(count(node, LISTENING)).isZero();
            }
        }
    }

    @Test
    void aNodeThatRunsNothingListensToNothing() {
        try (ConfigurableApplicationContext node = start("workflows.worker.enabled=false")) {
            assertThat(isAnyListening()).isFalse();
            assertThat(count(node, LISTENING)).isZero();
        }
    }

    private static boolean isAnyListening() {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().startsWith("workflows-listener"));
    }

    private ConfigurableApplicationContext start(String... properties) {
        return TestApplication.on(url, ScriptedWorkflow.class, RecordedStatements.class)
                .with(properties)
                .start();
    }

    private static long count(ConfigurableApplicationContext node, String sql) {
        return node.getBean(JdbcClient.class).sql(sql).query(Long.class).single();
    }
}
