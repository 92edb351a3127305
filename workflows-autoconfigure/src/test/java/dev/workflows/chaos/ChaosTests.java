package dev.workflows.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.workflows.chaos.Journal.What;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Three nodes run thousands of instances while nodes are killed and frozen and their database is stopped, at random, for
 * {@code -Dchaos.seconds}; then a checker looks at what is left. {@code -Dchaos.seed} repeats the same faults.
 */
@Tag("chaos")
class ChaosTests {

    private static final Logger log = LoggerFactory.getLogger(ChaosTests.class);

    private static final long SECONDS = Long.getLong("chaos.seconds", 60);
    private static final int TRIPS = Integer.getInteger("chaos.instances", (int) SECONDS * 40) / 2;
    private static final int NODES = 3;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path directory;

    @Test
    void whateverHappensEveryInstanceEndsAsIfNothingHad() throws Exception {
        long seed = Long.getLong("chaos.seed", new Random().nextInt(1_000_000));
        log.warn("To repeat these faults, set -Dchaos.seed={}; if it fails, look into {}", seed, directory);
        Duration length = Duration.ofSeconds(SECONDS);
        try (Chaos chaos = Chaos.begin(directory)) {
            chaos.start(NODES);
            chaos.sender().send(TRIPS, length.multipliedBy(4).dividedBy(5), seed);
            chaos.suffer(Fault.schedule(seed, length, NODES));
            chaos.awaitEnd();

            List<String> violations = chaos.checker().violations(TRIPS);
            summarize(seed, chaos);
            assertThat(violations).isEmpty();
        }
    }

    private static void summarize(long seed, Chaos chaos) {
        TakeOvers takeOvers = TakeOvers.of(chaos.journal());
        log.warn(
                "Seed {}: {} kills, {} freezes, {} database stops; {} instances, {} steps, {} of them at a later attempt; "
                        + "take-overs of what a killed node was inside of: {}",
                seed,
                takeOvers.count(What.KILLED),
                takeOvers.count(What.FROZEN),
                takeOvers.count(What.DATABASE_STOPPED),
                count(chaos, "workflow_instance"),
                count(chaos, "workflow_step"),
                count(chaos, "workflow_step where attempts > 1"),
                takeOvers);
    }

    private static long count(Chaos chaos, String table) {
        return chaos.jdbc()
                .sql("select count(*) from " + table)
                .query(Long.class)
                .single();
    }
}
