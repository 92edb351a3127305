package dev.workflows.benchmarks;

import java.util.ArrayList;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * What nodes get through that share a database, and here the processors too: so it is what sharing costs, and not what more
 * machines would bring.
 */
final class Sharing {

    private static final int STEPS = 20;
    private static final int LIMIT_THREADS = 64;
    private static final List<String> PROPERTIES = List.of("--workflows.worker.concurrency=64");

    private final Database database;
    private final Size size;
    private final JdbcClient jdbc;
    private final Tables tables;

    Sharing(Database database, Size size) {
        this.database = database;
        this.size = size;
        this.jdbc = database.jdbc();
        this.tables = new Tables(jdbc);
    }

    void measure(Report report) throws Exception {
        tables.clear();
        List<Node> nodes = new ArrayList<>();
        try (Engine creating = Engine.on(database, "--workflows.worker.enabled=false")) {
            for (int count : size.nodes()) {
                while (nodes.size() < count) {
                    nodes.add(Node.start(database, PROPERTIES));
                }
                for (Node node : nodes) {
                    node.awaitStart(jdbc);
                }
                measure(creating, count, report);
            }
            tables.analyze();
            report.add(
                    "storage: bytes for each ended instance of 20 steps", "%.0f", tables.bytes() / tables.instances());
        } finally {
            for (Node node : nodes) {
                node.close();
            }
            tables.clear();
        }
    }

    private void measure(Engine creating, int nodes, Report report) throws Exception {
        for (int i = 0; i < size.warmUps(); i++) {
            stepsPerSecond(creating);
        }
        String with = "%d %s, ".formatted(nodes, nodes == 1 ? "node" : "nodes");
        for (int i = 0; i < size.rounds(); i++) {
            double before = Limit.perSecond(database, LIMIT_THREADS, size.commits());
            double steps = stepsPerSecond(creating);
            double after = Limit.perSecond(database, LIMIT_THREADS, size.commits());
            report.add(with + "created elsewhere: steps/s", "%.0f", steps);
            report.add(with + "as a multiple of the limit", "%.2f", steps / ((before + after) / 2));
        }
    }

    /** From the first one's creation to the end of all. */
    private double stepsPerSecond(Engine creating) throws InterruptedException {
        long began = System.nanoTime();
        creating.create(size.instances(), STEPS);
        Await.until("all instances have ended", tables::isDone);
        return (double) size.instances() * STEPS / ((System.nanoTime() - began) / 1e9);
    }
}
