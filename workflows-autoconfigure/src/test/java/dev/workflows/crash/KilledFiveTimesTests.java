package dev.workflows.crash;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.workflows.CreateOptions;
import dev.workflows.WorkflowBinding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Many instances that sleep, retry, branch and wait for events, which another application sends them all the time, while
 * their node is killed five times. On PostgreSQL, since only one process at a time can have H2's file open.
 */
class KilledFiveTimesTests {

    private static final Logger log = LoggerFactory.getLogger(KilledFiveTimesTests.class);
    private static final int KILLS = 5;
    private static final int INSTANCES = Integer.getInteger("crash.instances", 1000);
    /** The bodies that an instance enters, if none is cut off; the first fails once. */
    private static final int BODIES = 8;
    /** As long as a node lives, if what it may do does not come to that. */
    private static final Duration LONGEST_LIFE = Duration.ofSeconds(5);

    private static final Set<String> RACING = Set.of("1", "2");

    /** A step's outcome, as it is stored. */
    private record Outcome(String instance, String step, int attempts) {}

    @TempDir
    private Path directory;

    private final String url = CrashDatabase.POSTGRESQL.newUrl(directory);
    private final AtomicInteger lives = new AtomicInteger(1);
    private Journal journal;

    @Test
    void everyInstanceCompletesAndNoEventIsLostOrTakenTwice() throws Exception {
        journal = Journal.in(directory);
        CrashDatabase.createLedger(url);
        long seed = Long.getLong("crash.seed", System.nanoTime());
        log.warn("to repeat this, set -Dcrash.seed={}", seed);
        Random random = new Random(seed);

        try (ConfigurableApplicationContext outside =
                CrashApplication.start(url, directory, "crash.node=outside", "workflows.worker.enabled=false")) {
            WorkflowBinding<String, String> marathons = CrashApplication.binding(outside, "MARATHON");
            create(marathons);
            List<String> sendings = sendings(random);
            CompletableFuture<Void> sending = CompletableFuture.runAsync(
                    () -> send(marathons, sendings), task -> new Thread(task, "sender").start());
            for (int kill = 1; kill <= KILLS; kill++) {
                killAfter(1 + random.nextInt(INSTANCES * BODIES / (KILLS + 1)), start("node-" + kill));
            }
            try (ChildJvm last = start("node-last")) {
                sending.get(60, TimeUnit.SECONDS);
                last.awaitFinished();
            }
        }

        assertEveryInstanceIsCompleteAndHasTakenItsEventsInOrder();
        assertEveryEventHasBeenTaken();
        assertBodiesWereEnteredUntilTheyCompletedAndNotOnceMore();
        assertTheLedgerHasEveryInstanceOnce();
    }

    private static String id(int instance) {
        return "m-" + instance;
    }

    private static void create(WorkflowBinding<String, String> marathons) {
        for (int from = 0; from < INSTANCES; from += 100) {
            marathons.createBatch(IntStream.range(from, Math.min(INSTANCES, from + 100))
                    .mapToObj(i -> CreateOptions.of("marathon").withId(id(i)))
                    .toList());
        }
    }

    /** Every instance twice, in any order. */
    private static List<String> sendings(Random random) {
        List<String> sendings = new ArrayList<>();
        IntStream.range(0, 2 * INSTANCES).forEach(i -> sendings.add(id(i % INSTANCES)));
        Collections.shuffle(sendings, random);
        return sendings;
    }

    /** To each of the node's lives its share, so that none can finish what the next ones are for. */
    private void send(WorkflowBinding<String, String> marathons, List<String> sendings) {
        Set<String> sentOnce = new HashSet<>();
        for (int i = 0; i < sendings.size(); i++) {
            int sent = i;
            await().atMost(Duration.ofMinutes(2))
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(10))
                    .until(() -> sent < (long) sendings.size() * lives.get() / (KILLS + 1));
            String instance = sendings.get(i);
            marathons.get(instance).sendEvent(MarathonWorkflow.EVENT, sentOnce.add(instance) ? "first" : "second");
        }
    }

    private ChildJvm start(String node) throws Exception {
        return ChildJvm.start(
                node, url, directory, "workflows.worker.lease=2 seconds", "workflows.worker.poll-interval=100ms");
    }

    /** Kills the node when so many more bodies have been entered. */
    private void killAfter(int bodies, ChildJvm node) throws IOException {
        long before = entered();
        try (node) {
            awaitFirstBody(node, before);
            long diesAt = System.nanoTime() + LONGEST_LIFE.toNanos();
            await().atMost(Signals.PATIENCE)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(20))
                    .until(() ->
                            node.requireAlive() && (entered() >= before + bodies || System.nanoTime() - diesAt >= 0));
        }
        assertThat(node.hasFinished()).as("killed too late").isFalse();
        log.warn("killed after {} bodies of {}", entered() - before, bodies);
        lives.incrementAndGet();
    }

    private void awaitFirstBody(ChildJvm node, long before) {
        await().atMost(Signals.PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> node.requireAlive() && entered() > before);
    }

    private long entered() throws IOException {
        if (!Files.exists(journal.file())) {
            return 0;
        }
        try (Stream<String> lines = Files.lines(journal.file())) {
            return lines.count();
        }
    }

    private void assertEveryInstanceIsCompleteAndHasTakenItsEventsInOrder() {
        List<String> instances = query("""
                select i.status || ' ' || i.output || ' ' || r.output
                from workflow_instance i join workflow_step r on r.instance_pk = i.pk and r.kind = 'race'""");
        assertThat(instances).hasSize(INSTANCES);
        assertThat(Set.copyOf(instances)).isSubsetOf("complete \"first second 1\" 1", "complete \"first second 2\" 2");
    }

    private void assertEveryEventHasBeenTaken() {
        assertThat(query("select 'taken' from workflow_event where consumed_at is not null"))
                .hasSize(2 * INSTANCES);
        assertThat(query("select 'not taken' from workflow_event where consumed_at is null"))
                .isEmpty();
    }

    private void assertBodiesWereEnteredUntilTheyCompletedAndNotOnceMore() {
        Map<String, List<Integer>> entered = journal.entries().stream()
                .collect(groupingBy(
                        entry -> entry.instance() + " " + entry.step(), mapping(Journal.Entry::attempt, toList())));
        List<Outcome> outcomes = CrashDatabase.read(
                url,
                jdbc -> jdbc.sql("""
                        select i.id, s.name, s.attempts
                        from workflow_step s join workflow_instance i on i.pk = s.instance_pk where s.kind = 'step'""")
                        .query((row, number) -> new Outcome(row.getString(1), row.getString(2), row.getInt(3)))
                        .list());
        assertThat(outcomes).allSatisfy(outcome -> {
            List<Integer> attempts = entered.remove(outcome.instance() + " " + outcome.step());
            // each once, in order; one that was counted may have been cut off before its body
            assertThat(attempts).isSorted().doesNotHaveDuplicates().endsWith(outcome.attempts());
        });
        // what lost a race need not have an outcome
        assertThat(entered.keySet()).allMatch(body -> RACING.contains(body.substring(body.indexOf(' ') + 1)));
        assertThat(outcomes.stream().filter(outcome -> !RACING.contains(outcome.step())))
                .hasSize(5 * INSTANCES);
    }

    private void assertTheLedgerHasEveryInstanceOnce() {
        assertThat(CrashDatabase.ledger(url))
                .containsExactlyInAnyOrderElementsOf(IntStream.range(0, INSTANCES)
                        .mapToObj(i -> id(i) + " first")
                        .toList());
    }

    private List<String> query(String sql) {
        return CrashDatabase.read(url, jdbc -> jdbc.sql(sql).query(String.class).list());
    }
}
