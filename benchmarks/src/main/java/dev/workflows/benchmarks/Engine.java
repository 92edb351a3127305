package dev.workflows.benchmarks;

import dev.workflows.CreateOptions;
import dev.workflows.Status;
import dev.workflows.WorkflowBinding;
import dev.workflows.WorkflowInstance;
import dev.workflows.benchmarks.CountingWorkflow.Plan;
import dev.workflows.benchmarks.CountingWorkflow.Times;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** An application with the library in it, as a user would have it, and what is measured of it. */
final class Engine implements AutoCloseable {

    private static final Duration LONG_ENOUGH = Duration.ofMinutes(5);
    private static final int BATCH = 100;

    /** What an instance costs the database. */
    record Cost(double writeTransactions, double reads, double walBytes) {}

    /** What a node sends in a second while there is nothing to do. */
    record Idle(double statements, double transactions, double checks) {}

    /** @param p50 in milliseconds */
    record Latency(double p50, double p99) {}

    private final ConfigurableApplicationContext application;
    private final WorkflowBinding<Plan, Times> binding;
    private final JdbcClient jdbc;

    private Engine(ConfigurableApplicationContext application) {
        this.application = application;
        this.binding = binding("COUNTING");
        this.jdbc = JdbcClient.create(application.getBean(DataSource.class));
    }

    /** @param properties {@code --key=value} */
    static Engine on(Database database, String... properties) {
        return new Engine(Application.start(List.of(), properties(database, properties)));
    }

    /** One that counts what it sends to its database. */
    static Engine counting(Database database, String... properties) {
        return new Engine(Application.start(List.of(Statements.class), properties(database, properties)));
    }

    private static List<String> properties(Database database, String... more) {
        List<String> properties = new ArrayList<>(List.of(
                "--spring.datasource.url=" + database.url(),
                "--spring.datasource.username=" + database.user(),
                "--spring.datasource.password=" + database.password()));
        properties.addAll(List.of(more));
        return properties;
    }

    <T> T bean(Class<T> type) {
        return application.getBean(type);
    }

    /** So many instances with so many steps, for whichever node. */
    void create(int instances, int steps) {
        List<CreateOptions<Plan>> batch = new ArrayList<>();
        for (int i = 1; i <= instances; i++) {
            batch.add(CreateOptions.of(new Plan(steps, false)));
            if (batch.size() == BATCH || i == instances) {
                binding.createBatch(List.copyOf(batch));
                batch.clear();
            }
        }
    }

    /** One that stays in its step, for whichever node. */
    void createHeld() {
        this.<String, String>binding("HELD").create("held");
    }

    /** One that sleeps, named "sleeper". Returns when it does. */
    void createSleeping() throws InterruptedException {
        WorkflowInstance<?> sleeper = this.<String, String>binding("SLEEPING")
                .create(CreateOptions.of("asleep").withId("sleeper"));
        Await.until("it sleeps", () -> sleeper.status().status() == Status.WAITING);
    }

    @SuppressWarnings("unchecked")
    private <P, R> WorkflowBinding<P, R> binding(String name) {
        return (WorkflowBinding<P, R>) application.getBean(name);
    }

    private Times run(Plan plan) throws InterruptedException {
        return binding.create(plan).await(LONG_ENOUGH);
    }

    /** From create to the end, one instance after another. */
    Latency lone(int instances, int steps) throws InterruptedException {
        double[] times = new double[instances];
        for (int i = 0; i < instances; i++) {
            long began = System.nanoTime();
            run(new Plan(steps, false));
            times[i] = millis(System.nanoTime() - began);
        }
        return latency(times);
    }

    /** From create to the body of the first step. */
    Latency firstStep(int instances) throws InterruptedException {
        double[] times = new double[instances];
        for (int i = 0; i < instances; i++) {
            long began = System.nanoTime();
            times[i] = millis(run(new Plan(1, false)).firstStep() - began);
        }
        return latency(times);
    }

    /** Steps a second, with so many instances at the same time. */
    double stepsPerSecond(int inFlight, int instances, int steps) throws Exception {
        return steps * Parallel.perSecond(inFlight, instances, () -> () -> run(new Plan(steps, false)));
    }

    /**
     * How long it takes an instance to come through so many checkpoints again, in milliseconds: from its last step until it
     * is where it was, with a sleep of a millisecond, its claim and the read of its history.
     */
    double replay(int steps) throws InterruptedException {
        Times last = run(new Plan(steps, true));
        return millis(last.end() - last.lastStep());
    }

    /** How long it takes an instance to make so many, in milliseconds. */
    double straight(int steps) throws InterruptedException {
        Times times = run(new Plan(steps, false));
        return millis(times.end() - times.entered());
    }

    /** What is sent and written for one instance; the node counts, and does nothing else. */
    Cost cost(int instances, int steps) throws InterruptedException {
        Statements statements = application.getBean(Statements.class);
        Statements.Count before = statements.count();
        double wal = wal();
        for (int i = 0; i < instances; i++) {
            run(new Plan(steps, false));
        }
        double written = wal() - wal;
        Statements.Count sent = statements.count().minus(before);
        return new Cost(
                (double) sent.writeTransactions() / instances,
                // all but the two of this method
                (double) (sent.reads() - 2) / instances,
                written / instances);
    }

    /** What is sent while there is nothing to do; the node counts. */
    Idle idle(Duration time) throws InterruptedException {
        Statements statements = application.getBean(Statements.class);
        Statements.Count before = statements.count();
        Thread.sleep(time.toMillis());
        Statements.Count sent = statements.count().minus(before);
        double seconds = time.toMillis() / 1e3;
        return new Idle(
                (sent.reads() + sent.writes()) / seconds,
                (sent.readTransactions() + sent.writeTransactions()) / seconds,
                sent.checks() / seconds);
    }

    private double wal() {
        return jdbc.sql("select pg_current_wal_lsn() - '0/0'")
                .query(Double.class)
                .single();
    }

    private static Latency latency(double[] times) {
        Arrays.sort(times);
        return new Latency(times[times.length / 2], times[Math.min(times.length - 1, times.length * 99 / 100)]);
    }

    private static double millis(long nanos) {
        return nanos / 1e6;
    }

    @Override
    public void close() {
        application.close();
    }
}
