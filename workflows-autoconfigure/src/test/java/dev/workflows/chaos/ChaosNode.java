package dev.workflows.chaos;

import dev.workflows.test.TestApplication;
import java.util.Arrays;
import org.springframework.context.ConfigurableApplicationContext;

/** The main class of the nodes, which only run instances. */
final class ChaosNode {

    private ChaosNode() {}

    /** @param arguments the database's URL, then {@code key=value} properties */
    public static void main(String[] arguments) {
        start(arguments[0], Arrays.copyOfRange(arguments, 1, arguments.length));
    }

    static ConfigurableApplicationContext start(String url, String... properties) {
        return TestApplication.on(url, Bodies.class, TripWorkflow.class, ParcelWorkflow.class, LateCheckpoints.class)
                .with(
                        "workflows.worker.lease=" + Fleet.LEASE.toMillis() + "ms",
                        "workflows.worker.concurrency=16",
                        // others may have taken all: it asks again
                        "spring.datasource.hikari.connection-timeout=1000",
                        "logging.level.root=warn")
                .with(properties)
                .start();
    }
}
