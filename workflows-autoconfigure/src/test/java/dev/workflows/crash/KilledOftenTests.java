package dev.workflows.crash;

import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Many instances, and a JVM that is killed again and again wherever it happens to be. */
class KilledOftenTests {

    private static final Logger log = LoggerFactory.getLogger(KilledOftenTests.class);
    private static final int KILLS = 3;
    /** So many an instance enters, if none is cut off. */
    private static final int BODIES = 7;

    private static final List<String> INSTANCES =
            IntStream.range(0, 50).mapToObj(i -> "flaky-" + i).toList();

    /** A step's outcome, as it is stored. */
    private record Outcome(String instance, String step, int attempts, String result) {}

    @TempDir
    private Path directory;

    private String url;
    private Journal journal;

    @ParameterizedTest
    @EnumSource(CrashDatabase.class)
    void everyInstanceFinishesOnceHoweverOftenItsNodeIsKilled(CrashDatabase database) throws Exception {
        url = database.newUrl(directory);
        journal = Journal.in(directory);
        CrashDatabase.createLedger(url);
        long seed = Long.getLong("crash.seed", System.nanoTime());
        log.warn("{}: to repeat this, set -Dcrash.seed={}", database, seed);
        Random random = new Random(seed);

        killAt(10 + random.nextInt(70), start("node-0", "crash.create=" + String.join(",", INSTANCES)));
        for (int kill = 1; kill < KILLS; kill++) {
            // the first kill decides how many instances there are, and so how many bodies are left to enter
            int next = 1 + random.nextInt(Math.max(1, Math.min(70, bodiesLeft() / 2)));
            killAt(journal.entries().size() + next, start("node-" + kill));
        }
        try (ChildJvm last = start("node-last")) {
            last.awaitFinished();
        }

        assertEveryAcceptedInstanceIsComplete();
        assertBodiesWereEnteredUntilTheyCompletedAndNotOnceMore();
        assertTheLedgerHasEveryInstanceOnce();
    }

    private int bodiesLeft() {
        int instances = CrashDatabase.read(
                url,
                jdbc -> jdbc.sql("select count(*) from workflow_instance")
                        .query(Integer.class)
                        .single());
        return BODIES * instances - journal.entries().size();
    }

    private ChildJvm start(String node, String... properties) throws Exception {
        List<String> all = new ArrayList<>(List.of(properties));
        all.add("workflows.worker.lease=2 seconds");
        all.add("workflows.worker.concurrency=8");
        all.add("workflows.definitions.order.steps.confirm.delay=30ms");
        return ChildJvm.start(node, url, directory, all.toArray(String[]::new));
    }

    /** Kills the node when so many bodies have been entered. */
    private void killAt(int entries, ChildJvm node) {
        try (node) {
            await().atMost(Signals.PATIENCE)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(2))
                    .until(() -> node.requireAlive() && journal.entries().size() >= entries);
        }
        assertThat(node.hasFinished()).as("killed too late").isFalse();
        log.warn(
                "killed after {} entries, {} when it was dead",
                entries,
                journal.entries().size());
    }

    private void assertEveryAcceptedInstanceIsComplete() {
        Map<String, String> statuses = CrashDatabase.read(
                url,
                jdbc -> jdbc
                        .sql("select id, status from workflow_instance")
                        .query((row, number) -> Map.entry(row.getString(1), row.getString(2)))
                        .list()
                        .stream()
                        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
        Signals signals = new Signals(directory);
        assertThat(statuses.keySet())
                .containsAll(INSTANCES.stream()
                        .filter(instance -> signals.isRaised("created-" + instance))
                        .toList());
        assertThat(statuses.values()).containsOnly("complete");
    }

    private void assertBodiesWereEnteredUntilTheyCompletedAndNotOnceMore() {
        Map<String, List<Integer>> entered = journal.entries().stream()
                .collect(groupingBy(
                        entry -> entry.instance() + " " + entry.step(),
                        Collectors.mapping(Journal.Entry::attempt, Collectors.toList())));
        List<Outcome> outcomes = CrashDatabase.read(
                url,
                jdbc -> jdbc.sql("""
                        select i.id, s.name, s.attempts, s.output
                        from workflow_step s join workflow_instance i on i.pk = s.instance_pk where s.kind = 'step'""")
                        .query((row, number) ->
                                new Outcome(row.getString(1), row.getString(2), row.getInt(3), row.getString(4)))
                        .list());
        assertThat(outcomes)
                .extracting(o -> o.instance() + " " + o.step())
                .containsExactlyInAnyOrderElementsOf(entered.keySet());
        assertThat(outcomes).allSatisfy(outcome -> {
            List<Integer> attempts = entered.get(outcome.instance() + " " + outcome.step());
            // each once, in order; one that was counted may have been cut off before its body
            assertThat(attempts).isSorted().doesNotHaveDuplicates().endsWith(outcome.attempts());
            assertThat(outcome.result()).contains(outcome.step() + "#" + outcome.attempts() + "@");
        });
    }

    private void assertTheLedgerHasEveryInstanceOnce() {
        List<String> instances = CrashDatabase.read(
                url,
                jdbc -> jdbc.sql("select id from workflow_instance")
                        .query(String.class)
                        .list());
        assertThat(CrashDatabase.ledger(url)).containsExactlyInAnyOrderElementsOf(instances);
    }
}
