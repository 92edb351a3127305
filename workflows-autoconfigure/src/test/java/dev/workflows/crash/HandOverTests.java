package dev.workflows.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.workflows.CreateOptions;
import dev.workflows.Status;
import dev.workflows.WorkflowBinding;
import dev.workflows.test.OnEveryDatabase;
import dev.workflows.test.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;

/** One of two nodes stops, as in a deploy; the other one goes on with what it ran, and waits for no lease. */
class HandOverTests {

    private static final String LEASE = "workflows.worker.lease=60 seconds";
    private static final Duration AT_ONCE = Duration.ofSeconds(5);

    @TempDir
    private Path directory;

    @OnEveryDatabase
    void theOtherNodeGoesOnAtOnceWithWhatRunsSleepsAndWaits(TestDatabase database) throws Exception {
        try (Nodes nodes = new Nodes(database.newUrl(), directory)) {
            ConfigurableApplicationContext first =
                    nodes.start("first", VoyageWorkflow.class, LEASE, "crash.hold=until-go");
            WorkflowBinding<String, String> voyages = CrashApplication.binding(first, "VOYAGE");
            voyages.create(CreateOptions.of("PT0S").withId("load-1"));
            voyages.create(CreateOptions.of("PT3S").withId("asleep"));
            voyages.create(CreateOptions.of("PT0S").withId("wind"));
            nodes.signals().awaitRaised("load-1");
            await().until(() -> Stream.of("asleep", "wind")
                    .allMatch(id -> voyages.get(id).status().status() == Status.WAITING));
            ConfigurableApplicationContext second = nodes.start("second", VoyageWorkflow.class, LEASE);

            CompletableFuture<Void> closing = nodes.closing(first, "first");
            nodes.signals().raise("go");
            closing.get(20, TimeUnit.SECONDS);
            Instant stopped = Instant.now();
            WorkflowBinding<String, String> there = CrashApplication.binding(second, "VOYAGE");
            for (String instance : new String[] {"load-1", "asleep", "wind"}) {
                there.get(instance).sendEvent(VoyageWorkflow.EVENT, "west");
                assertThat(there.get(instance).await(Duration.ofSeconds(20))).isEqualTo("load west book arrive");
                assertThat(nodes.journal().of(instance, "first")).isEqualTo("load#1");
                assertThat(nodes.journal().of(instance, "second")).isEqualTo("book#1 arrive#1");
                assertThat(Duration.between(
                                stopped,
                                nodes.journal().entered(instance, "book#1").at()))
                        .isLessThan(AT_ONCE);
            }
        }
    }
}
