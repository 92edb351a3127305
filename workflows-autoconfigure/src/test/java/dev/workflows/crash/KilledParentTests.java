package dev.workflows.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A JVM is killed while an instance waits for its child. */
class KilledParentTests {

    private static final String CHILD = CrashPoint.INSIDE_SECOND_STEP.instance();
    private static final String PARENT = "parent-of-" + CHILD;
    private static final String LEASE = "workflows.worker.lease=2 seconds";
    private static final String OUTPUT = "select output from workflow_instance where id = '" + PARENT + "'";
    private static final String STATUS = "select status from workflow_instance where id = '" + PARENT + "'";

    @TempDir
    private Path directory;

    @ParameterizedTest
    @EnumSource(CrashDatabase.class)
    void aParentThatWaitedWhenItsJvmWasKilledGetsTheOutputOfItsChild(CrashDatabase database) throws Exception {
        String url = database.newUrl(directory);
        CrashDatabase.createLedger(url);
        try (ChildJvm first = start("first", url, "crash.hold=forever", "crash.create-parent-of=" + CHILD)) {
            first.awaitSignal(CHILD);
            first.awaitSignal(PARENT);
        }
        try (ChildJvm second = start("second", url)) {
            second.awaitFinished();
        }

        assertThat(read(url, OUTPUT))
                .startsWith("[\"order\",\"reserve#1@first charge#2@second")
                .endsWith("ship#1@second\"]");
        assertThat(CrashDatabase.ledger(url)).containsExactly(CHILD);
    }

    @Test
    void aChildThatEndsWhereNobodyCanRunItsParentIsNotLost() throws Exception {
        String url = CrashDatabase.POSTGRESQL.newUrl(directory);
        // it has no other workflow than that of the child
        try (Nodes orders = new Nodes(url, directory)) {
            try (ChildJvm first = start("first", url, "crash.hold=forever", "crash.create-parent-of=" + CHILD)) {
                first.awaitSignal(CHILD);
                first.awaitSignal(PARENT);
            }
            assertThat(Nodes.output(orders.start("orders", LEASE), CrashPoint.INSIDE_SECOND_STEP))
                    .endsWith("ship#1@orders");
        }
        assertThat(read(url, STATUS)).isEqualTo("waiting");

        try (ChildJvm last = start("last", url)) {
            last.awaitFinished();
        }

        assertThat(read(url, OUTPUT)).endsWith("ship#1@orders\"]");
    }

    private static String read(String url, String query) {
        return CrashDatabase.read(
                url, jdbc -> jdbc.sql(query).query(String.class).single());
    }

    private ChildJvm start(String node, String url, String... properties) throws Exception {
        String[] all = Arrays.copyOf(properties, properties.length + 1);
        all[properties.length] = LEASE;
        return ChildJvm.start(node, url, directory, all);
    }
}
