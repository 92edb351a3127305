package dev.workflows.crash;

import static org.awaitility.Awaitility.await;

import dev.workflows.CreateOptions;
import dev.workflows.WorkflowBinding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What a test has a node in another JVM do to instances of {@link JourneyWorkflow}, one after the other: a file for each. */
record Commands(Signals signals, String node) {

    /** A sleep, a wait for an event or one for a retry. */
    private static final String OPEN = """
            select (select count(*) from workflow_step s where s.instance_pk = i.pk and s.ended_at is null)
                 + (select count(*) from workflow_attempt a where a.instance_pk = i.pk and a.next_at is not null)
            from workflow_instance i where i.id = ?""";

    /** For the test: done once {@link #done} is raised. */
    void give(int number, String command) throws IOException {
        Path written = signals.directory().resolve(node + ".writing");
        Files.writeString(written, command);
        Files.move(written, file(number), StandardCopyOption.ATOMIC_MOVE);
    }

    String done(int number) {
        return "done-%s-%d".formatted(node, number);
    }

    /** For the node: until its process ends. */
    void obey(ConfigurableApplicationContext context) {
        for (int number = 1; ; number++) {
            Path next = file(number);
            await().forever().pollInterval(Duration.ofMillis(10)).until(() -> Files.exists(next));
            try {
                obey(context, Files.readString(next).split(" "));
            } catch (Exception e) {
                throw new IllegalStateException("Could not obey " + next, e);
            }
            signals.raise(done(number));
        }
    }

    private static void obey(ConfigurableApplicationContext context, String[] words) {
        WorkflowBinding<String, String> journeys = CrashApplication.binding(context, "JOURNEY");
        JdbcClient jdbc = context.getBean(JdbcClient.class);
        String instance = words[1];
        switch (words[0]) {
            case "create" -> journeys.create(CreateOptions.of("journey").withId(instance));
            case "pause" -> journeys.get(instance).pause();
            case "resume" -> journeys.get(instance).resume();
            case "send" -> journeys.get(instance).sendEvent(JourneyWorkflow.EVENT, words[2]);
            case "await-wait" ->
                CrashApplication.awaitForever(() ->
                        jdbc.sql(OPEN).param(instance).query(Integer.class).single() > 0);
            case "await-status" ->
                CrashApplication.awaitForever(
                        () -> journeys.get(instance).status().status().word().equals(words[2]));
            default -> throw new IllegalArgumentException(words[0]);
        }
    }

    private Path file(int number) {
        return signals.directory().resolve("%s-%d.command".formatted(node, number));
    }
}
