package dev.workflows.chaos;

import dev.workflows.StepContext;
import dev.workflows.chaos.Journal.Line;
import dev.workflows.chaos.Journal.What;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What the steps of a node do: write down that they were entered, take a while, write down what they return. */
class Bodies implements DisposableBean {

    private final Path directory;
    private final String node;
    private final JdbcClient jdbc;
    private final Journal journal;

    Bodies(@Value("${chaos.directory}") Path directory, @Value("${chaos.node}") String node, JdbcClient jdbc) {
        this.directory = directory;
        this.node = node;
        this.jdbc = jdbc;
        this.journal = Journal.in(directory);
    }

    /** Of a plain step. */
    String work(int params) {
        return work(params, step -> {});
    }

    /** Of a transactional one: nothing but its transaction keeps it from adding a second row. */
    String book(int params) {
        return work(
                params,
                step -> jdbc.sql("insert into ledger (instance, step, attempt) values (?, ?, ?)")
                        .params(step.instanceId(), step.stepName(), step.attempt())
                        .update());
    }

    private interface Effect {

        void of(StepContext step);
    }

    private String work(int params, Effect effect) {
        StepContext step = StepContext.current();
        write(What.ENTERED, step, "");
        effect.of(step);
        linger(step);
        String result = new Result(step.stepName(), step.attempt(), node, Itinerary.answer(params)).toString();
        write(What.RETURNED, step, result);
        return result;
    }

    /** For a while, and for as long as the test holds this attempt. */
    private void linger(StepContext step) {
        Path hold = hold(directory, step.stepName(), step.attempt());
        try {
            do {
                Thread.sleep(ThreadLocalRandom.current().nextInt(10, 70));
            } while (Files.exists(hold));
        } catch (InterruptedException e) {
            throw new IllegalStateException("Interrupted", e);
        }
    }

    /** The file that holds an attempt in its body while it is there. */
    static Path hold(Path directory, String step, int attempt) {
        return directory.resolve("hold-%s-%d".formatted(step, attempt));
    }

    private void write(What what, StepContext step, String value) {
        journal.write(new Line(Instant.now(), what, node, step.instanceId(), step.stepName(), step.attempt(), value));
    }

    /** {@code run} was given that. */
    String saw(String instance, String step, String value) {
        journal.write(new Line(Instant.now(), What.SAW, node, instance, step, 0, value));
        return value;
    }

    @Override
    public void destroy() throws Exception {
        journal.close();
    }
}
