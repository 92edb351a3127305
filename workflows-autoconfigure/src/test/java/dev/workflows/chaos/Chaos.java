package dev.workflows.chaos;

import static org.awaitility.Awaitility.await;

import dev.workflows.test.PostgresServer;
import dev.workflows.test.TestApplication;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** A PostgreSQL, nodes that run trips on it, and an application that only creates trips and sends them their events. */
final class Chaos implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(120);

    private final PostgresServer postgres;
    private final Journal journal;
    private final ConfigurableApplicationContext office;
    private final JdbcClient jdbc;
    private final Fleet fleet;
    private final Sender sender;
    private boolean databaseIsAway;

    private Chaos(Path directory, PostgresServer postgres) {
        this.postgres = postgres;
        this.journal = Journal.in(directory);
        this.office = TestApplication.on(postgres.url(), Bodies.class, TripWorkflow.class, ParcelWorkflow.class)
                .with("workflows.worker.enabled=false")
                .with("chaos.directory=" + directory, "chaos.node=office")
                .with("spring.datasource.hikari.connection-timeout=1000")
                .start();
        this.jdbc = office.getBean(JdbcClient.class);
        this.fleet = new Fleet(postgres.url(), directory, journal);
        this.sender = new Sender(office);
        jdbc.sql("create table ledger (instance varchar(100), step varchar(100), attempt integer)")
                .update();
        jdbc.sql("create table sent (instance varchar(100), payload varchar(100) primary key)")
                .update();
    }

    /** @param directory for the database, the journal and what the nodes print */
    static Chaos begin(Path directory) throws IOException {
        PostgresServer postgres = PostgresServer.start(directory.resolve("data"));
        try {
            return new Chaos(directory, postgres);
        } catch (RuntimeException | Error e) {
            postgres.close();
            throw e;
        }
    }

    Fleet fleet() {
        return fleet;
    }

    Sender sender() {
        return sender;
    }

    JdbcClient jdbc() {
        return jdbc;
    }

    /** Of the office, which the checker reads in. */
    TransactionTemplate transaction() {
        return new TransactionTemplate(office.getBean(PlatformTransactionManager.class));
    }

    Journal journal() {
        return journal;
    }

    Checker checker() {
        return new Checker(jdbc, journal);
    }

    /** Starts nodes, and returns when all of them run. */
    void start(int nodes) throws IOException {
        for (int node = 0; node < nodes; node++) {
            fleet.start();
        }
        await().atMost(PATIENCE).until(() -> fleet.areUp(nodes));
    }

    /** Returns when all of it has been done. */
    void suffer(List<Fault> faults) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        for (Fault fault : faults) {
            while (System.nanoTime() - begin < fault.at().toNanos()) {
                fleet.revive();
                sender.isDone();
                Thread.sleep(20);
            }
            suffer(fault);
        }
    }

    private void suffer(Fault fault) throws IOException, InterruptedException {
        switch (fault.kind()) {
            case KILL -> fleet.kill(fault.node());
            case FREEZE -> fleet.freeze(fault.node());
            case THAW -> fleet.thaw(fault.node());
            case STOP_DATABASE -> {
                // nodes that are starting give up: on a slow machine there would be none in the end
                if (fleet.areUp(2)) {
                    postgres.stopHard();
                    databaseIsAway = true;
                    journal.write(Journal.Line.of(Journal.What.DATABASE_STOPPED, ""));
                }
            }
            case START_DATABASE -> {
                if (databaseIsAway) {
                    postgres.start();
                    databaseIsAway = false;
                    journal.write(Journal.Line.of(Journal.What.DATABASE_STARTED, ""));
                }
            }
        }
    }

    /** Lets everything come to its end, and ends the nodes; does not wait for ever. */
    void awaitEnd() throws IOException, InterruptedException {
        long begin = System.nanoTime();
        while (!(sender.isDone() && unfinished() == 0) && System.nanoTime() - begin < PATIENCE.toNanos()) {
            fleet.revive();
            Thread.sleep(100);
        }
        fleet.close();
    }

    private int unfinished() {
        return jdbc.sql("select count(*) from workflow_instance where ended_at is null")
                .query(Integer.class)
                .single();
    }

    @Override
    public void close() throws IOException {
        sender.close();
        fleet.close();
        office.close();
        journal.close();
        postgres.close();
    }
}
