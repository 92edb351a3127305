package dev.workflows.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.workflows.engine.NodeState;
import dev.workflows.engine.WorkflowEngine;
import dev.workflows.test.FaultyDatabase;
import dev.workflows.test.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Two nodes on one database, one of which is taken for dead although it lives. */
class TwoNodesTests {

    @TempDir
    private Path directory;

    private final String url = TestDatabase.POSTGRESQL.newUrl();

    @ParameterizedTest
    @EnumSource(
            value = CrashPoint.class,
            names = {"INSIDE_FIRST_STEP", "INSIDE_SECOND_STEP", "BEFORE_COMMIT"})
    void whatANodeStillDoesAfterItWasTakenForDeadIsIgnored(CrashPoint point) throws Exception {
        try (Nodes nodes = new Nodes(url, directory)) {
            // it looks after its lease too seldom to notice, and has no room for what becomes due
            nodes.startHolding(
                    point,
                    "first",
                    "workflows.worker.lease=10 minutes",
                    "workflows.worker.concurrency=1",
                    "crash.hold=until-go");
            ConfigurableApplicationContext second = nodes.start("second", "workflows.worker.lease=1 second");
            String byFirst = nodes.journal().of(point.instance(), "first");
            declareDead(second, point);

            String output = Nodes.output(second, point);
            nodes.letGo();

            assertThat(output).contains("#2@second ").endsWith("ship#1@second");
            assertThat(Nodes.output(second, point)).isEqualTo(output);
            assertThat(nodes.journal().of(point.instance(), "first")).isEqualTo(byFirst);
            assertThat(nodes.journal().entries(point.instance()))
                    .extracting(Journal.Entry::toString)
                    .doesNotHaveDuplicates();
            assertThat(CrashDatabase.ledger(url)).containsExactly(point.instance());
        }
    }

    @Test
    void aNodeThatLearnsThatItWasTakenForDeadInterruptsItsBodiesAndJoinsAnew() throws Exception {
        CrashPoint point = CrashPoint.BEFORE_COMMIT;
        try (Nodes nodes = new Nodes(url, directory)) {
            String lease = "workflows.worker.lease=1 second";
            ConfigurableApplicationContext node = nodes.startHolding(point, "first", lease, "crash.hold=forever");
            String former = declareDead(node, point);

            assertThat(Nodes.output(node, point)).endsWith("book#2@first ship#1@first");

            assertThat(nodes.journal().of(point.instance(), "first"))
                    .isEqualTo("reserve#1 charge#1 confirm#1 book#1 book#2 ship#1");
            assertThat(CrashDatabase.ledger(url)).containsExactly(point.instance());
            assertThat(node.getBean(JdbcClient.class)
                            .sql("select id from workflow_node")
                            .query(String.class)
                            .single())
                    .isNotEqualTo(former);
        }
    }

    @Test
    void aNodeThatStoodStillForLongerThanItsLeaseEntersNoFurtherBody() throws Exception {
        CrashPoint point = CrashPoint.BETWEEN_STEPS;
        try (Nodes nodes = new Nodes(url, directory);
                ChildJvm first = ChildJvm.start(
                        "first",
                        url,
                        directory,
                        "workflows.worker.lease=2 seconds",
                        "crash.hold=stubborn",
                        "crash.create=" + point.instance())) {
            first.awaitSignal(point.instance());
            first.signal("STOP");
            ConfigurableApplicationContext second = nodes.start("second", "workflows.worker.lease=2 seconds");
            assertThat(Nodes.output(second, point)).startsWith("reserve#1@first charge#2@second");

            nodes.signals().raise("go");
            first.signal("CONT");
            // it stops when its threads have come to an end
            first.terminate();
            first.awaitExit();

            assertThat(nodes.journal().of(point.instance(), "first")).isEqualTo("reserve#1");
            assertThat(CrashDatabase.ledger(url)).containsExactly(point.instance());
        }
    }

    @Test
    void nodesThatWereWithoutTheDatabaseTogetherDoNotTakeOneAnotherForDead() throws Exception {
        CrashPoint point = CrashPoint.INSIDE_SECOND_STEP;
        String[] properties = {"workflows.worker.lease=3 seconds", "crash.hold=until-go"};
        try (Nodes nodes = new Nodes(url, directory)) {
            ConfigurableApplicationContext first = nodes.start("first", FaultyDatabase.class, properties);
            CrashApplication.create(first, point.instance());
            nodes.signals().awaitRaised(point.instance());
            ConfigurableApplicationContext second = nodes.start("second", FaultyDatabase.class, properties);
            List<FaultyDatabase> databases = Stream.of(second, first)
                    .map(node -> node.getBean(FaultyDatabase.class))
                    .toList();

            databases.forEach(FaultyDatabase::goAway);
            await().until(() -> Stream.of(first, second)
                    .allMatch(node -> state(node).isExpired() && state(node).trouble() != null));
            for (FaultyDatabase database : databases) {
                database.comeBack();
                await().until(() ->
                        !state(database == databases.get(0) ? second : first).isExpired());
            }
            nodes.signals().raise("go");

            assertThat(Nodes.output(second, point))
                    .isEqualTo("reserve#1@first charge#1@first confirm#1@first book#1@first ship#1@first");
        }
    }

    private static NodeState state(ConfigurableApplicationContext node) {
        return node.getBean(WorkflowEngine.class).nodeState().orElseThrow();
    }

    @Test
    void instancesGoOnWhereverAndWheneverNodesAreTakenForDead() {
        try (Nodes nodes = new Nodes(url, directory)) {
            String lease = "workflows.worker.lease=1 second";
            ConfigurableApplicationContext first = nodes.start("first", lease);
            nodes.start("second", lease);
            int instances = 40;
            for (int i = 0; i < instances; i++) {
                CrashApplication.create(first, "order-" + i);
                if (i % 10 == 5) {
                    first.getBean(JdbcClient.class)
                            .sql("delete from workflow_node")
                            .update();
                }
            }

            await().atMost(Duration.ofSeconds(30))
                    .until(() -> first.getBean(JdbcClient.class)
                                    .sql("select count(*) from workflow_instance where status = 'complete'")
                                    .query(Integer.class)
                                    .single()
                            == instances);
            assertThat(CrashDatabase.ledger(url)).doesNotHaveDuplicates().hasSize(instances);
        }
    }

    /** Takes away the lease of the node that runs the instance. */
    private static String declareDead(ConfigurableApplicationContext any, CrashPoint point) {
        JdbcClient jdbc = any.getBean(JdbcClient.class);
        String owner = jdbc.sql("select owner from workflow_instance where id = ?")
                .param(point.instance())
                .query(String.class)
                .single();
        assertThat(jdbc.sql("delete from workflow_node where id = ?")
                        .param(owner)
                        .update())
                .isEqualTo(1);
        return owner;
    }
}
