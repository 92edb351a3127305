package dev.workflows.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** That everything is measured; not what comes out, which depends on the machine. */
class BenchmarksTests {

    @Test
    void measuresEverything() throws Exception {
        try (Database database = Database.start()) {
            Report report = Benchmarks.measure(database, Size.QUICK);

            assertThat(database.describe()).contains("fsync on");
            assertThat(report.median("LIMIT: commits/s with 64 threads")).isPositive();
            assertThat(report.median("a lone instance of 20 steps, p50, ms")).isPositive();
            assertThat(report.median("64 in flight: steps/s")).isPositive();
            assertThat(report.median("replay of 200 steps, ms")).isPositive();
            assertThat(report.median("from create to the first step, p50, ms")).isPositive();
            assertThat(report.median("a lone instance of 20 steps: write transactions"))
                    .isBetween(20.0, 22.0);
            assertThat(report.median("a lone instance of 20 steps: reads, with those of its await"))
                    .isBetween(0.0, 3.0);
            assertThat(report.median("idle: statements/s")).isPositive();
            assertThat(report.median("500 sleeping: looking for due ones, ms")).isPositive();
            assertThat(report.median("wake-ups/s, out of 500 sleeping")).isPositive();
            assertThat(report.median("storage: bytes for each sleeping instance"))
                    .isBetween(500.0, 5_000.0);
            assertThat(report.median("from kill -9 of a node to a body on another, s"))
                    .isPositive();
            assertThat(report.median("1 node, created elsewhere: steps/s")).isPositive();
            assertThat(report.median("storage: bytes for each ended instance of 20 steps"))
                    .isBetween(5_000.0, 50_000.0);
            assertThat(report.table()).contains("| idle: transactions/s | ");
        }
    }

    /** JMH itself takes its time; here only what it is given. */
    @Test
    void runsStepsWithoutADatabase() throws Exception {
        StepBenchmarks benchmarks = new StepBenchmarks();
        benchmarks.start();
        try {
            long before = benchmarks.outside();

            benchmarks.attempted();
            long attempted = benchmarks.outside();
            benchmarks.answered();
            long answered = benchmarks.outside();

            assertThat(attempted).isEqualTo(before + StepBenchmarks.STEPS + 1);
            assertThat(answered).isEqualTo(attempted + 1);
            assertThat(benchmarks.outsideOnAnotherBean()).isEqualTo(1);
            assertThat(benchmarks.plain()).isEqualTo(1);
        } finally {
            benchmarks.stop();
        }
    }
}
