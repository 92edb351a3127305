package dev.workflows.benchmarks;

import dev.workflows.benchmarks.Engine.Cost;
import dev.workflows.benchmarks.Engine.Idle;
import dev.workflows.benchmarks.Engine.Latency;
import java.util.Arrays;
import java.util.List;

/**
 * Measures everything in rounds, and writes a table. Without arguments it starts a PostgreSQL of its own; or give it a JDBC
 * URL, a user and a password. With {@code jmh} it measures only what is in memory, with {@code quick} a little of everything.
 */
public final class Benchmarks {

    private static final int STEPS = 20;
    /** What an instance of so many steps commits: its creation, each step, its end. */
    private static final int COMMITS = STEPS + 2;

    private Benchmarks() {}

    public static void main(String[] arguments) throws Exception {
        List<String> given = List.of(arguments);
        String first = given.isEmpty() ? "" : given.get(0);
        if (first.equals(Node.ARGUMENT)) {
            Node.main(given.subList(1, given.size()));
        } else if (first.equals("jmh")) {
            Report report = new Report();
            InMemory.measure(report);
            System.out.println(report.table());
        } else if (given.isEmpty() || first.equals("quick") || given.size() == 3) {
            measure(given);
        } else {
            System.err.println("Give nothing, \"quick\", \"jmh\", or a JDBC URL, a user and a password; not "
                    + Arrays.toString(arguments));
            System.exit(2);
        }
        // the engine's threads are not daemons
        System.exit(0);
    }

    private static void measure(List<String> given) throws Exception {
        try (Database database =
                given.size() == 3 ? new Database(given.get(0), given.get(1), given.get(2), null) : Database.start()) {
            System.out.printf(
                    "Java %s, %d processors, PostgreSQL %s%n%n",
                    System.getProperty("java.version"),
                    Runtime.getRuntime().availableProcessors(),
                    database.describe());
            boolean quick = given.size() == 1;
            Report report = measure(database, quick ? Size.QUICK : Size.FULL);
            if (!quick) {
                InMemory.measure(report);
            }
            System.out.println(report.table());
        }
    }

    /** All that needs a database. */
    static Report measure(Database database, Size size) throws Exception {
        Report report = new Report();
        try (Engine engine = Engine.on(
                database, "--spring.datasource.hikari.maximum-pool-size=32", "--workflows.worker.concurrency=64")) {
            // what is compiled and planned only once
            for (int i = 0; i < size.warmUps(); i++) {
                round(database, engine, size, new Report());
            }
            // as autovacuum does a minute after the first rows: until then, plans are guesses
            database.jdbc().sql("analyze").update();
            for (int i = 0; i < size.rounds(); i++) {
                round(database, engine, size, report);
            }
            new Sleepers(engine, size, database.jdbc()).measure(report);
        }
        cost(database, size, report);
        idle(database, size, report);
        new TakeOver(database, size).measure(report);
        new Sharing(database, size).measure(report);
        return report;
    }

    private static void round(Database database, Engine engine, Size size, Report report) throws Exception {
        double before = limit(database, 1, size.commits() / 4, report);
        Latency lone = engine.lone(size.instances() / 10, STEPS);
        double after = limit(database, 1, size.commits() / 4, report);
        double commits = COMMITS * 1_000 / ((before + after) / 2);
        report.add("a lone instance of 20 steps, p50, ms", "%.2f", lone.p50());
        report.add("a lone instance of 20 steps, p99, ms", "%.2f", lone.p99());
        report.add("… p50 for each step, ms", "%.3f", lone.p50() / STEPS);
        report.add("… p50, as a multiple of 22 lone commits", "%.2f", lone.p50() / commits);
        for (int inFlight : new int[] {16, 64}) {
            inFlight(database, engine, inFlight, size, report);
        }
        for (int steps : new int[] {size.replayed() / 10, size.replayed()}) {
            report.add("straight run of %,d steps, ms".formatted(steps), "%.0f", engine.straight(steps));
            report.add("replay of %,d steps, ms".formatted(steps), "%.0f", engine.replay(steps));
        }
        report.add(
                "from create to the first step, p50, ms",
                "%.2f",
                engine.firstStep(size.instances() / 10).p50());
    }

    private static void inFlight(Database database, Engine engine, int inFlight, Size size, Report report)
            throws Exception {
        double before = limit(database, inFlight, size.commits(), report);
        double steps = engine.stepsPerSecond(inFlight, size.instances(), STEPS);
        double after = limit(database, inFlight, size.commits(), report);
        String with = inFlight + " in flight: ";
        report.add(with + "steps/s", "%.0f", steps);
        report.add(with + "instances/s", "%.0f", steps / STEPS);
        report.add(with + "steps/s, as a multiple of the limit", "%.2f", steps / ((before + after) / 2));
    }

    private static double limit(Database database, int threads, int commits, Report report) throws Exception {
        double perSecond = Limit.perSecond(database, threads, commits);
        report.add("LIMIT: commits/s with %d threads".formatted(threads), "%.0f", perSecond);
        return perSecond;
    }

    /** On a node that neither polls nor renews its lease meanwhile: what that costs is measured when it is idle. */
    private static void cost(Database database, Size size, Report report) throws Exception {
        try (Engine engine = Engine.counting(
                database, "--workflows.worker.poll-interval=1 hour", "--workflows.worker.lease=1 hour")) {
            // the first instance still reads what is read once
            engine.cost(1, STEPS);
            for (int i = 0; i < size.rounds(); i++) {
                Cost cost = engine.cost(size.instances() / 10, STEPS);
                report.add("a lone instance of 20 steps: write transactions", "%.1f", cost.writeTransactions());
                report.add("a lone instance of 20 steps: reads, with those of its await", "%.1f", cost.reads());
                report.add("a lone instance of 20 steps: WAL bytes", "%.0f", cost.walBytes());
            }
        }
    }

    /** As many windows as there are rounds. */
    private static void idle(Database database, Size size, Report report) throws Exception {
        try (Engine engine = Engine.counting(database)) {
            for (int i = 0; i < size.rounds(); i++) {
                Idle idle = engine.idle(size.idle());
                report.add("idle: statements/s", "%.2f", idle.statements());
                report.add("idle: transactions/s", "%.2f", idle.transactions());
                report.add("idle: the pool's checks of its connections/s", "%.2f", idle.checks());
            }
        }
    }
}
