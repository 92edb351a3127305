package dev.workflows.benchmarks;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A node in a JVM of its own, with the class path of this one. It is killed when it is closed, and never outlives this JVM. */
final class Node implements AutoCloseable {

    /** What makes {@link Benchmarks#main} one. */
    static final String ARGUMENT = "node";

    private final Process process;
    private final File output;

    private Node(Process process, File output) {
        this.process = process;
        this.output = output;
    }

    /** Returns at once: several can start at the same time. */
    static Node start(Database database, List<String> properties) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"),
                Benchmarks.class.getName(),
                ARGUMENT));
        command.addAll(properties);
        File output = Files.createTempFile("node", ".log").toFile();
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output);
        // not as arguments, which everybody on the machine can read
        builder.environment()
                .putAll(Map.of(
                        "SPRING_DATASOURCE_URL", database.url(),
                        "SPRING_DATASOURCE_USERNAME", database.user(),
                        "SPRING_DATASOURCE_PASSWORD", database.password()));
        return new Node(builder.start(), output);
    }

    /** Returns as soon as it is there, and may claim instances. */
    void awaitStart(JdbcClient jdbc) throws InterruptedException {
        Await.until("a node has joined", () -> requireAlive() && hasJoined(jdbc));
    }

    /** What the other JVM does: be a node until the one that started it is gone. */
    static void main(List<String> properties) throws IOException {
        Application.start(List.of(), properties);
        while (System.in.read() >= 0) {
            // nothing is ever said: the end of the stream is the end of who holds its other end
        }
        Runtime.getRuntime().halt(1);
    }

    long pid() {
        return process.pid();
    }

    private boolean hasJoined(JdbcClient jdbc) {
        return jdbc.sql("select exists (select from pg_tables where tablename = 'workflow_node')")
                        .query(Boolean.class)
                        .single()
                && jdbc.sql("select exists (select from workflow_node where description = ?)")
                        .param("pid " + pid())
                        .query(Boolean.class)
                        .single();
    }

    /** True, or an exception with what it printed. */
    private boolean requireAlive() {
        if (process.isAlive()) {
            return true;
        }
        try {
            throw new IllegalStateException(
                    "A node exited with %d:%n%s".formatted(process.exitValue(), Files.readString(output.toPath())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As {@code kill -9} does: it learns nothing of it. */
    void kill() {
        process.destroyForcibly();
    }

    @Override
    public void close() throws IOException {
        kill();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                throw new IllegalStateException("The node with pid %d cannot be killed".formatted(pid()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        Files.deleteIfExists(output.toPath());
    }
}
