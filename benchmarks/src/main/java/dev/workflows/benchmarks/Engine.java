package dev.workflows.benchmarks;

import dev.workflows.WorkflowBinding;
import dev.workflows.benchmarks.CountingWorkflow.Plan;
import dev.workflows.benchmarks.CountingWorkflow.Times;
import java.time.Duration;
import java.util.Arrays;
import javax.sql.DataSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;

/** An application with the library in it, as a user would have it, and what is measured of it. */
final class Engine implements AutoCloseable {

    private static final Duration LONG_ENOUGH = Duration.ofMinutes(5);

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import(CountingWorkflow.class)
    static class Application {}

    /** What an instance costs the database. */
    record Cost(double commits, double walBytes) {}

    /** @param p50 in milliseconds */
    record Latency(double p50, double p99) {}

    private final ConfigurableApplicationContext application;
    private final WorkflowBinding<Plan, Times> binding;
    private final JdbcClient jdbc;

    @SuppressWarnings("unchecked")
    private Engine(ConfigurableApplicationContext application) {
        this.application = application;
        this.binding = (WorkflowBinding<Plan, Times>) application.getBean("COUNTING");
        this.jdbc = JdbcClient.create(application.getBean(DataSource.class));
    }

    static Engine on(Database database) {
        return new Engine(SpringApplication.run(
                Application.class,
                "--spring.datasource.url=" + database.url(),
                "--spring.datasource.username=" + database.user(),
                "--spring.datasource.password=" + database.password(),
                "--spring.datasource.hikari.maximum-pool-size=32",
                "--workflows.worker.concurrency=64"));
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

    /** How long it takes an instance to come through so many checkpoints again, in milliseconds. */
    double replay(int steps) throws InterruptedException {
        Times last = run(new Plan(steps, true));
        return millis(last.end() - last.entered());
    }

    /** How long it takes an instance to make so many, in milliseconds. */
    double straight(int steps) throws InterruptedException {
        Times times = run(new Plan(steps, false));
        return millis(times.end() - times.entered());
    }

    /** What is written for one instance, on a node that does nothing else. */
    Cost cost(int instances, int steps) throws InterruptedException {
        double commits = commits();
        double wal = wal();
        for (int i = 0; i < instances; i++) {
            run(new Plan(steps, false));
        }
        return new Cost((commits() - commits) / instances, (wal() - wal) / instances);
    }

    /** Transactions a second while there is nothing to do. */
    double idleTransactions(Duration time) throws InterruptedException {
        double before = commits();
        Thread.sleep(time.toMillis());
        return (commits() - before) / time.toSeconds();
    }

    private double commits() throws InterruptedException {
        // what backends have counted is told once a second at most
        Thread.sleep(1_100);
        jdbc.sql("select pg_stat_force_next_flush()").query().listOfRows();
        return jdbc.sql("select xact_commit from pg_stat_database where datname = current_database()")
                .query(Double.class)
                .single();
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
