package dev.workflows.test;

import static org.awaitility.Awaitility.await;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;

/** A PostgreSQL of a test's own, that can be stopped hard and started again: on the same port, with the same data. */
public final class PostgresServer implements AutoCloseable {

    private final Path data;
    private final int port;
    private @Nullable EmbeddedPostgres server;

    private PostgresServer(Path data) throws IOException {
        this.data = data;
        try (ServerSocket free = new ServerSocket(0)) {
            this.port = free.getLocalPort();
        }
    }

    /** @param data where its files are to be */
    public static PostgresServer start(Path data) throws IOException {
        PostgresServer server = new PostgresServer(data);
        server.start();
        return server;
    }

    public int port() {
        return port;
    }

    public String url() {
        return "jdbc:postgresql://localhost:%d/postgres".formatted(port);
    }

    public void start() throws IOException {
        server = EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .setPort(port)
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setPGStartupWait(Duration.ofSeconds(60))
                .start();
    }

    /** As {@code pg_ctl stop -m immediate} does: every connection breaks, nothing is written any more. */
    public void stopHard() throws IOException, InterruptedException {
        String pid = Files.readAllLines(data.resolve("postmaster.pid")).get(0);
        Process kill = new ProcessBuilder("kill", "-QUIT", pid).start();
        if (!kill.waitFor(10, TimeUnit.SECONDS) || kill.exitValue() != 0) {
            throw new IllegalStateException("PostgreSQL could not be stopped");
        }
        await().until(() -> !Files.exists(data.resolve("postmaster.pid")));
        close();
    }

    public void execute(String statement) {
        new JdbcTemplate(running().getPostgresDatabase()).execute(statement);
    }

    /** Makes another server that follows this one, and from here on has every commit wait until it is there too. */
    public PostgresServer startStandby(Path copy) throws IOException {
        close();
        copyTo(copy);
        PostgresServer standby = new PostgresServer(copy);
        Files.createFile(copy.resolve("standby.signal"));
        Files.writeString(
                copy.resolve("postgresql.auto.conf"),
                "primary_conninfo = 'host=localhost port=%d user=postgres'%n".formatted(port),
                StandardOpenOption.APPEND);
        start();
        standby.start();
        execute("alter system set synchronous_standby_names = '*'");
        execute("select pg_reload_conf()");
        await().until(() -> new JdbcTemplate(running().getPostgresDatabase())
                .queryForList("select sync_state from pg_stat_replication", String.class)
                .equals(List.of("sync")));
        return standby;
    }

    /** Makes a standby a server of its own. */
    public void promote() {
        execute("select pg_promote()");
    }

    private void copyTo(Path copy) throws IOException {
        try (Stream<Path> files = Files.walk(data)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.copy(file, copy.resolve(data.relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    private EmbeddedPostgres running() {
        if (server == null) {
            throw new IllegalStateException("PostgreSQL is stopped");
        }
        return server;
    }

    /** Stops it as a machine that is shut down does; its data stay. */
    @Override
    public void close() throws IOException {
        if (server != null) {
            server.close();
            server = null;
        }
    }
}
