package dev.workflows.test;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A PgBouncer that gives each transaction another connection; ended when it is closed. */
public final class PgBouncer implements AutoCloseable {

    private final Process process;
    private final String url;

    private PgBouncer(Process process, String url) {
        this.process = process;
        this.url = url;
    }

    /** Whether it is installed, as by {@code apt-get install pgbouncer}. */
    public static boolean isInstalled() {
        return Stream.of(System.getenv("PATH").split(":"), new String[] {"/usr/sbin"})
                .flatMap(Stream::of)
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, "pgbouncer")));
    }

    /** @param postgres the URL of the database behind it */
    public static PgBouncer start(String postgres, Path directory) throws IOException {
        URI behind = URI.create(postgres.substring("jdbc:".length()));
        int port = freePort();
        Path settings = directory.resolve("pgbouncer.ini");
        Files.writeString(settings, """
                [databases]
                * = host=%s port=%d user=postgres password=postgres
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = %d
                unix_socket_dir =
                auth_type = any
                pool_mode = transaction
                default_pool_size = 5
                max_client_conn = 100
                ignore_startup_parameters = extra_float_digits
                """.formatted(behind.getHost(), behind.getPort(), port));
        List<String> command = new ArrayList<>(List.of("pgbouncer", settings.toString()));
        if (System.getProperty("user.name").equals("root")) {
            // it refuses to run as root
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
            command.addAll(1, List.of("-u", "nobody"));
        }
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("pgbouncer.log").toFile())
                .start();
        PgBouncer started = new PgBouncer(
                process, "jdbc:postgresql://127.0.0.1:%d%s?prepareThreshold=0".formatted(port, behind.getPath()));
        await().until(() -> started.answers(port));
        return started;
    }

    public String url() {
        return url;
    }

    private boolean answers(int port) {
        if (!process.isAlive()) {
            throw new IllegalStateException("pgbouncer exited with " + process.exitValue());
        }
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        await().until(() -> !process.isAlive());
    }
}
