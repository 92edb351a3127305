package dev.workflows.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.workflows.engine.NodeState;
import dev.workflows.engine.WorkflowEngine;
import dev.workflows.test.Cable;
import dev.workflows.test.TestDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.context.ConfigurableApplicationContext;

/** A node is cut off from the database while it runs an instance, and another one, which is not, takes that over. */
class CutOffNodeTests {

    private static final CrashPoint POINT = CrashPoint.BEFORE_COMMIT;
    private static final String LEASE = "workflows.worker.lease=2 seconds";
    private static final String RUN_BY_FIRST = "reserve#1 charge#1 confirm#1 book#1";

    enum Cut {
        REFUSED(""),
        /** Nobody answers, and the driver waits for as long as the network lets it. */
        SILENT(""),
        /** Nobody answers, and the driver is told to give up. */
        SILENT_WITH_TIMEOUT("socketTimeout=2");

        private final String parameters;

        Cut(String parameters) {
            this.parameters = parameters;
        }

        void of(Cable cable) throws IOException {
            if (this == REFUSED) {
                cable.cut();
            } else {
                cable.cutSilently();
            }
        }
    }

    @TempDir
    private Path directory;

    private final String url = TestDatabase.POSTGRESQL.newUrl();
    private Cable cable;
    private Nodes nodes;

    @BeforeEach
    void start() throws IOException {
        cable = new Cable(url);
        nodes = new Nodes(url, directory);
    }

    @AfterEach
    void stop() throws IOException {
        cable.mend();
        nodes.close();
        cable.close();
    }

    @ParameterizedTest
    @EnumSource(Cut.class)
    void whatItHasDoneMeanwhileChangesNothingWhenItCanSpeakAgain(Cut cut) throws Exception {
        ConfigurableApplicationContext first = startFirst(cut, "until-go");
        ConfigurableApplicationContext second = nodes.start("second", LEASE);

        cut.of(cable);
        String output = Nodes.output(second, POINT);
        assertThat(output).endsWith("book#2@second ship#1@second");
        // its body comes to an end, and is to be committed
        nodes.signals().raise("go");
        assertThat(state(first).isExpired()).isTrue();
        if (cut == Cut.SILENT_WITH_TIMEOUT) {
            await().until(() -> state(first).trouble() != null);
        }
        cable.mend();

        awaitNothingRuns(first);
        assertThat(nodes.journal().of(POINT.instance(), "first")).isEqualTo(RUN_BY_FIRST);
        assertThat(Nodes.output(second, POINT)).isEqualTo(output);
        assertThat(CrashDatabase.ledger(url)).containsExactly(POINT.instance());
    }

    @Test
    void itInterruptsWhatItStillRunsByItself() throws Exception {
        ConfigurableApplicationContext first = startFirst(Cut.REFUSED, "forever");
        ConfigurableApplicationContext second = nodes.start("second", LEASE);

        cable.cut();
        assertThat(Nodes.output(second, POINT)).endsWith("book#2@second ship#1@second");
        assertThat(state(first).running()).isOne();
        cable.mend();

        awaitNothingRuns(first);
        assertThat(nodes.journal().of(POINT.instance(), "first")).isEqualTo(RUN_BY_FIRST);
        assertThat(CrashDatabase.ledger(url)).containsExactly(POINT.instance());
    }

    /** Through the cable, and soon tired of waiting for a connection. */
    private ConfigurableApplicationContext startFirst(Cut cut, String hold) {
        return nodes.startHolding(
                POINT,
                "first",
                LEASE,
                "spring.datasource.url=" + cable.through(url) + (url.contains("?") ? "&" : "?") + cut.parameters,
                "spring.datasource.hikari.connection-timeout=1000",
                "spring.datasource.hikari.validation-timeout=500",
                "crash.hold=" + hold);
    }

    private static void awaitNothingRuns(ConfigurableApplicationContext node) {
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            NodeState state = state(node);
            return state.running() == 0 && state.trouble() == null && !state.isExpired();
        });
    }

    private static NodeState state(ConfigurableApplicationContext node) {
        return node.getBean(WorkflowEngine.class).nodeState().orElseThrow();
    }
}
