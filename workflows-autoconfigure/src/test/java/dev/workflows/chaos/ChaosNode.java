package dev.workflows.chaos;

import dev.workflows.test.TestApplication;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** The main class of the nodes, which only run instances. */
final class ChaosNode {

    private static final String UNUSED =
            "org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration,"
                    + "org.springframework.boot.data.jpa.autoconfigure.DataJpaRepositoriesAutoConfiguration";

    private ChaosNode() {}

    /** @param arguments the database's URL, its name, the directory, then {@code key=value} properties */
    public static void main(String[] arguments) throws IOException {
        Path directory = Path.of(arguments[2]);
        TestApplication.on(arguments[0], Bodies.class, TripWorkflow.class, ParcelWorkflow.class, LateCheckpoints.class)
                .with(
                        "chaos.node=" + arguments[1],
                        "chaos.directory=" + directory,
                        "workflows.worker.lease=" + Fleet.LEASE.toMillis() + "ms",
                        "workflows.worker.concurrency=16",
                        "spring.datasource.hikari.connection-timeout=1000",
                        // it starts while the database is away, too
                        "spring.datasource.hikari.initialization-fail-timeout=20000",
                        // the fewer there is to start, the sooner it is killed again
                        "workflows.schema.mode=none",
                        "spring.autoconfigure.exclude=" + UNUSED,
                        "logging.level.root=warn")
                .with(Arrays.copyOfRange(arguments, 3, arguments.length))
                .start();
        Files.createFile(Fleet.up(directory, arguments[1]));
    }
}
