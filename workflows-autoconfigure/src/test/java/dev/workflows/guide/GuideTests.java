package dev.workflows.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.workflows.BatchResult;
import dev.workflows.CreateOptions;
import dev.workflows.InstancePage;
import dev.workflows.InstanceQuery;
import dev.workflows.InstanceStatus;
import dev.workflows.RestartFrom;
import dev.workflows.Status;
import dev.workflows.Workflow;
import dev.workflows.WorkflowBinding;
import dev.workflows.WorkflowEntrypoint;
import dev.workflows.WorkflowEvent;
import dev.workflows.WorkflowInstance;
import dev.workflows.WorkflowStep;
import dev.workflows.guide.TripWorkflow.Approval;
import dev.workflows.guide.TripWorkflow.Trip;
import dev.workflows.test.OnEveryDatabase;
import dev.workflows.test.SharedApplication;
import dev.workflows.test.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Runs what the README shows to those who come from Cloudflare Workflows, and sees that it shows what is run. */
class GuideTests {

    @RegisterExtension
    static final SharedApplication APPLICATION = SharedApplication.of(TripWorkflow.class, Charges.class);

    private static final Duration LONG_ENOUGH = Duration.ofSeconds(60);
    private static final Path HERE = Path.of("src/test/java/dev/workflows/guide");

    @Workflow
    static class Charges implements WorkflowEntrypoint<List<Trip>, List<String>> {

        private final TripWorkflow trips;

        Charges(TripWorkflow trips) {
            this.trips = trips;
        }

        @Override
        public List<String> run(WorkflowEvent<List<Trip>> event, WorkflowStep step) throws Exception {
            return trips.chargeAll(event.payload(), step);
        }
    }

    @SuppressWarnings("unchecked")
    private static <P, R> WorkflowBinding<P, R> binding(TestDatabase database, String name) {
        return (WorkflowBinding<P, R>) APPLICATION.on(database).getBean(name);
    }

    private static TransactionTemplate transaction(TestDatabase database) {
        return new TransactionTemplate(APPLICATION.on(database).getBean(PlatformTransactionManager.class));
    }

    @OnEveryDatabase
    void theWorkflowOfTheGuideRuns(TestDatabase database) throws Exception {
        WorkflowBinding<Trip, String> trips = binding(database, "TRIP_WORKFLOW");
        WorkflowInstance<String> instance = trips.create(new Trip("rome", 100));
        instance.sendEvent("approval", new Approval("ada", true));

        assertThat(instance.await(LONG_ENOUGH))
                .isEqualTo("seat-rome ada [hotel-rome, car-rome] airline uninsured token");
    }

    @OnEveryDatabase
    void theRollbacksOfTheGuideRun(TestDatabase database) {
        WorkflowBinding<Trip, String> trips = binding(database, "TRIP_WORKFLOW");
        TripWorkflow workflow = APPLICATION.on(database).getBean(TripWorkflow.class);
        WorkflowInstance<String> instance = trips.create(new Trip("moon", 1_000_000));
        instance.sendEvent("approval", new Approval("ada", true));

        await().atMost(LONG_ENOUGH).until(() -> instance.status().status().isEnded());

        assertThat(instance.status().status()).isEqualTo(Status.ERRORED);
        assertThat(workflow.refunds).containsExactly("cancel booking-moon", "refund receipt-1000000");
    }

    @OnEveryDatabase
    void theLoopOfTheGuideRuns(TestDatabase database) throws Exception {
        WorkflowBinding<List<Trip>, List<String>> charges = binding(database, "CHARGES");

        assertThat(charges.create(List.of(new Trip("a", 1), new Trip("b", 2))).await(LONG_ENOUGH))
                .containsExactly("receipt-1", "receipt-2");
    }

    @OnEveryDatabase
    void theInstancesOfTheGuideAreSteered(TestDatabase database) throws Exception {
        WorkflowBinding<Trip, String> tripWorkflow = binding(database, "TRIP_WORKFLOW");
        Trip trip = new Trip("oslo", 100);
        // guide: create
        WorkflowInstance<String> instance =
                tripWorkflow.create(CreateOptions.of(trip).withId("trip-oslo"));
        BatchResult<String> batch = tripWorkflow.createBatch(
                List.of(CreateOptions.of(trip), CreateOptions.of(trip).withId("trip-oslo")));
        InstanceStatus<String> status = tripWorkflow.get("trip-oslo").status();
        // end
        assertThat(status.status().isEnded()).isFalse();
        assertThat(batch.created()).hasSize(1);
        assertThat(batch.errors()).hasSize(1);
        // guide: steer
        instance.pause();
        instance.resume();
        instance.sendEvent("approval", new Approval("ada", true));
        String output = instance.await(Duration.ofMinutes(1));
        instance.restart();
        // end
        instance.sendEvent("approval", new Approval("bob", true));
        assertThat(instance.await(LONG_ENOUGH)).isEqualTo(String.valueOf(output).replace("ada", "bob"));
        // at once: it would soon be complete again
        transaction(database).executeWithoutResult(joined -> {
            // guide: restart from
            instance.restart(RestartFrom.step("rent car"));
            instance.terminateWithRollback();
            // end
        });
        await().atMost(LONG_ENOUGH).until(() -> instance.status().status() == Status.TERMINATED);
        batch.created().get(0).terminate();
    }

    @OnEveryDatabase
    void theInstancesOfTheGuideAreFound(TestDatabase database) {
        WorkflowBinding<Trip, String> tripWorkflow = binding(database, "TRIP_WORKFLOW");
        Trip trip = new Trip("athens", 100);
        // guide: list
        tripWorkflow.create(CreateOptions.of(trip).withLabel("customer", "ada"));

        InstanceQuery query = InstanceQuery.all()
                .withLabel("customer", "ada")
                .withStatus(Status.QUEUED, Status.RUNNING, Status.WAITING)
                .withCreatedSince(Instant.now().minus(Duration.ofDays(7)))
                .withLimit(100);
        InstancePage page = tripWorkflow.list(query);
        page.instances().forEach(found -> tripWorkflow.get(found.id()).terminate());
        if (page.nextCursor() != null) {
            page = tripWorkflow.list(query.withCursor(page.nextCursor()));
        }
        // end
        assertThat(page.instances()).hasSize(1);
        assertThat(tripWorkflow.list(query).instances()).isEmpty();
        assertThat(tripWorkflow.list(query.withStatus(Status.TERMINATED)).instances())
                .hasSize(1);
    }

    @Test
    void theReadmeShowsWhatIsRun() throws IOException {
        Map<String, String> run = new LinkedHashMap<>();
        run.putAll(snippets(HERE.resolve("TripWorkflow.java")));
        run.putAll(snippets(HERE.resolve("GuideTests.java")));
        Map<String, String> shown = new LinkedHashMap<>();
        Matcher blocks = Pattern.compile("<!-- guide: (.+?) -->\\s*```java\\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(Path.of("../README.md")));
        while (blocks.find()) {
            shown.put(blocks.group(1), withoutSpace(blocks.group(2)));
        }

        assertThat(shown).isEqualTo(run);
    }

    private static Map<String, String> snippets(Path file) {
        try {
            Map<String, String> found = new LinkedHashMap<>();
            Matcher regions = Pattern.compile("// guide: (.+?)\\n(.*?)// end\\n", Pattern.DOTALL)
                    .matcher(Files.readString(file));
            while (regions.find()) {
                found.put(regions.group(1), withoutSpace(regions.group(2)));
            }
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String withoutSpace(String code) {
        return code.replaceAll("\\s+", "");
    }
}
