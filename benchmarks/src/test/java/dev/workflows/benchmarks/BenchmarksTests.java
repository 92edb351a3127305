package dev.workflows.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** That everything is measured; not what comes out, which depends on the machine. */
class BenchmarksTests {

    @Test
    void measuresEverything() throws Exception {
        try (Database database = Database.start()) {
            Report report = Benchmarks.measure(database, new Benchmarks.Size(1, 200, 40, 200, Duration.ofSeconds(1)));

            assertThat(database.describe()).contains("fsync on");
            assertThat(report.median("LIMIT: commits/s with 64 threads")).isPositive();
            assertThat(report.median("a lone instance of 20 steps, p50, ms")).isPositive();
            assertThat(report.median("64 in flight: steps/s")).isPositive();
            assertThat(report.median("replay of 200 steps, ms")).isPositive();
            // and what the node does besides
            assertThat(report.median("a lone instance of 20 steps: transactions"))
                    .isBetween(22.0, 200.0);
            assertThat(report.median("from create to the first step, p50, ms")).isPositive();
            assertThat(report.table()).contains("| idle: transactions/s | ");
        }
    }
}
