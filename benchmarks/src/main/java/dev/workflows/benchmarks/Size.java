package dev.workflows.benchmarks;

import java.time.Duration;
import java.util.List;

/**
 * How much of everything.
 *
 * @param warmUps rounds before those that count
 * @param commits how many make one measurement of the limit
 * @param instances for each figure that is made of many
 * @param replayed the longest history
 * @param idle how long a node is watched that has nothing to do
 * @param sleeping so many instances at a time
 * @param woken how many of them at once
 * @param nodes so many at a time
 * @param nodeProperties {@code --key=value}, for the nodes of which one is killed
 */
record Size(
        int warmUps,
        int rounds,
        int commits,
        int instances,
        int replayed,
        Duration idle,
        List<Integer> sleeping,
        int woken,
        List<Integer> nodes,
        List<String> nodeProperties) {

    static final Size FULL = new Size(
            2,
            5,
            20_000,
            1_000,
            10_000,
            Duration.ofSeconds(20),
            List.of(0, 10_000, 1_000_000),
            10_000,
            List.of(1, 2, 4),
            List.of());

    /** To see that everything is measured: what comes out says nothing. */
    static final Size QUICK = new Size(
            0,
            1,
            200,
            40,
            200,
            Duration.ofSeconds(1),
            List.of(0, 500),
            100,
            List.of(1),
            List.of("--workflows.worker.lease=1 second"));
}
