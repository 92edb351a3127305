package dev.workflows.benchmarks;

import dev.workflows.benchmarks.Engine.Cost;
import dev.workflows.benchmarks.Engine.Latency;
import java.time.Duration;

/**
 * Measures everything in rounds, and writes a table. Without arguments it starts a PostgreSQL of its own; or give it a JDBC
 * URL, a user and a password.
 */
public final class Benchmarks {

    /**
     * How much of everything.
     *
     * @param instances for each figure that is made of many
     * @param replayed the longest history
     */
    record Size(int rounds, int commits, int instances, int replayed, Duration idle) {

        static final Size FULL = new Size(3, 20_000, 1_000, 10_000, Duration.ofSeconds(20));
    }

    private static final int STEPS = 20;
    /** What an instance of so many steps commits: its creation, each step, its end. */
    private static final int COMMITS = STEPS + 2;

    private Benchmarks() {}

    public static void main(String[] arguments) throws Exception {
        try (Database database = arguments.length == 3
                ? new Database(arguments[0], arguments[1], arguments[2], null)
                : Database.start()) {
            System.out.printf(
                    "Java %s, %d processors, PostgreSQL %s%n%n",
                    System.getProperty("java.version"),
                    Runtime.getRuntime().availableProcessors(),
                    database.describe());
            System.out.println(measure(database, Size.FULL).table());
        }
        // the engine's threads are not daemons
        System.exit(0);
    }

    static Report measure(Database database, Size size) throws Exception {
        try (Engine engine = Engine.on(database)) {
            // what is compiled and planned only once
            round(database, engine, size, new Report());
            Report report = new Report();
            for (int i = 0; i < size.rounds(); i++) {
                round(database, engine, size, report);
            }
            report.add("idle: transactions/s", "%.1f", engine.idleTransactions(size.idle()));
            return report;
        }
    }

    private static void round(Database database, Engine engine, Size size, Report report) throws Exception {
        double alone = limit(database, 1, size.commits() / 4, report);
        Latency lone = engine.lone(size.instances() / 10, STEPS);
        report.add("a lone instance of 20 steps, p50, ms", "%.2f", lone.p50());
        report.add("a lone instance of 20 steps, p99, ms", "%.2f", lone.p99());
        report.add("… p50, as a multiple of 22 lone commits", "%.2f", lone.p50() / (COMMITS * 1_000 / alone));
        for (int inFlight : new int[] {16, 64}) {
            double before = limit(database, inFlight, size.commits(), report);
            double steps = engine.stepsPerSecond(inFlight, size.instances(), STEPS);
            double after = limit(database, inFlight, size.commits(), report);
            String with = inFlight + " in flight: ";
            report.add(with + "steps/s", "%.0f", steps);
            report.add(with + "instances/s", "%.0f", steps / STEPS);
            report.add(with + "steps/s, as a multiple of the limit", "%.2f", steps / ((before + after) / 2));
        }
        for (int steps : new int[] {size.replayed() / 10, size.replayed()}) {
            report.add("straight run of %,d steps, ms".formatted(steps), "%.0f", engine.straight(steps));
            report.add("replay of %,d steps, ms".formatted(steps), "%.0f", engine.replay(steps));
        }
        Cost cost = engine.cost(size.instances() / 10, STEPS);
        report.add("a lone instance of 20 steps: transactions", "%.1f", cost.commits());
        report.add("a lone instance of 20 steps: WAL bytes", "%.0f", cost.walBytes());
        report.add(
                "from create to the first step, p50, ms",
                "%.2f",
                engine.firstStep(size.instances() / 10).p50());
    }

    private static double limit(Database database, int threads, int commits, Report report) throws Exception {
        double perSecond = Limit.perSecond(database, threads, commits);
        report.add("LIMIT: commits/s with %d threads".formatted(threads), "%.0f", perSecond);
        return perSecond;
    }
}
