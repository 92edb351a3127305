package dev.workflows.benchmarks;

import java.util.ArrayList;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;

/** How long it takes another node to go on with what a killed one ran. */
final class TakeOver {

    private static final String LABEL = "from kill -9 of a node to a body on another, s";

    private final Database database;
    private final Size size;
    private final JdbcClient jdbc;

    TakeOver(Database database, Size size) {
        this.database = database;
        this.size = size;
        this.jdbc = database.jdbc();
    }

    void measure(Report report) throws Exception {
        jdbc.sql("create table if not exists benchmark_entry (pid bigint not null)")
                .update();
        List<Node> nodes = new ArrayList<>();
        try (Engine creating = Engine.on(database, "--workflows.worker.enabled=false")) {
            nodes.add(Node.start(database, size.nodeProperties()));
            nodes.add(Node.start(database, size.nodeProperties()));
            awaitStart(nodes);
            creating.createHeld();
            report.add(LABEL, "%.2f", kill(nodes));
            for (int i = 1; i < size.rounds(); i++) {
                nodes.add(Node.start(database, size.nodeProperties()));
                awaitStart(nodes);
                report.add(LABEL, "%.2f", kill(nodes));
            }
        } finally {
            for (Node node : nodes) {
                node.close();
            }
            new Tables(jdbc).clear();
        }
    }

    private void awaitStart(List<Node> nodes) throws InterruptedException {
        for (Node node : nodes) {
            node.awaitStart(jdbc);
        }
    }

    /** Kills the one that runs the instance; returns after how many seconds another does. */
    private double kill(List<Node> nodes) throws Exception {
        Await.until("a node has entered the body", () -> nodes.stream().anyMatch(this::hasEntered));
        try (Node killed = nodes.stream().filter(this::hasEntered).findAny().orElseThrow()) {
            nodes.remove(killed);
            long began = System.nanoTime();
            killed.kill();
            Await.until(
                    "another node has entered the body", () -> nodes.stream().anyMatch(this::hasEntered));
            return (System.nanoTime() - began) / 1e9;
        }
    }

    private boolean hasEntered(Node node) {
        return jdbc.sql("select exists (select from benchmark_entry where pid = ?)")
                .param(node.pid())
                .query(Boolean.class)
                .single();
    }
}
