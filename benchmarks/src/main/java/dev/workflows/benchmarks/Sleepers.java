package dev.workflows.benchmarks;

import dev.workflows.store.InstanceQueue;
import dev.workflows.store.WorkflowStore;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What instances cost that sleep, and how fast they wake up. */
final class Sleepers {

    private static final String WORKFLOW = "sleeping";
    private static final int POLLS = 101;

    private final Engine engine;
    private final Size size;
    private final JdbcClient jdbc;
    private final Tables tables;

    Sleepers(Engine engine, Size size, JdbcClient jdbc) {
        this.engine = engine;
        this.size = size;
        this.jdbc = jdbc;
        this.tables = new Tables(jdbc);
    }

    void measure(Report report) throws Exception {
        tables.clear();
        for (int sleeping : size.sleeping()) {
            if (sleeping > 0) {
                letSleep(sleeping);
            }
            tables.analyze();
            for (int i = 0; i < size.rounds(); i++) {
                String among = "%,d sleeping: ".formatted(sleeping);
                report.add(among + "looking for due ones, ms", "%.3f", poll());
                report.add(among + "claiming when none is due, ms", "%.3f", claim());
                report.add(among + "heap in use, MB", "%.0f", heap());
            }
        }
        int most = size.sleeping().get(size.sleeping().size() - 1);
        report.add("storage: bytes for each sleeping instance", "%.0f", tables.bytes() / tables.instances());
        for (int i = 0; i < size.rounds(); i++) {
            report.add("wake-ups/s, out of %,d sleeping".formatted(most), "%.0f", wake(i));
        }
        tables.clear();
    }

    /** As many copies as are missing of one that the engine itself has put to sleep, a millisecond apart. */
    private void letSleep(int sleeping) throws InterruptedException {
        if (tables.instances() == 0) {
            engine.createSleeping();
        }
        String instance = columns("workflow_instance", "pk", "id", "due_at");
        jdbc.sql("""
                        insert into workflow_instance (id, due_at, %1$s)
                        select i.id || '-' || n, i.due_at + n * interval '1 millisecond', %1$s
                        from workflow_instance i, generate_series((select count(*) from workflow_instance), :sleeping - 1) n
                        where i.workflow = '%2$s' and i.id = 'sleeper'""".formatted(instance, WORKFLOW)).param("sleeping", sleeping).update();
        String step = columns("workflow_step", "instance_pk");
        jdbc.sql("""
                        insert into workflow_step (instance_pk, %1$s)
                        select i.pk, %2$s from workflow_instance i
                        join workflow_step s
                            on s.instance_pk = (select pk from workflow_instance where workflow = '%3$s' and id = 'sleeper')
                        where not exists (select from workflow_step o where o.instance_pk = i.pk)""".formatted(step, step.replaceAll("(\\w+)", "s.$1"), WORKFLOW))
                .update();
    }

    private String columns(String table, String... without) {
        return jdbc
                .sql("select column_name from information_schema.columns where table_name = ? "
                        + "and table_schema = current_schema() order by ordinal_position")
                .param(table)
                .query(String.class)
                .list()
                .stream()
                .filter(column -> !List.of(without).contains(column))
                .collect(Collectors.joining(", "));
    }

    /** Instances a second, from the first that is awake until all have ended. */
    private double wake(int round) throws InterruptedException {
        SleepingWorkflow workflow = engine.bean(SleepingWorkflow.class);
        workflow.begin();
        // from the middle of the index, as it comes
        jdbc.sql("""
                        with woken as (
                            update workflow_instance set due_at = current_timestamp
                            where pk in (select pk from workflow_instance
                                         where due_at > current_timestamp and epoch > 0
                                         order by due_at offset :before fetch first :woken rows only)
                            returning pk)
                        update workflow_step set wake_at = current_timestamp
                        from woken where instance_pk = woken.pk""")
                .param("before", round * size.woken())
                .param("woken", size.woken())
                .update();
        Await.until("all have woken up", () -> workflow.awake() >= size.woken());
        Await.until("all have ended", tables::isDone);
        return size.woken() / ((System.nanoTime() - workflow.firstAwake()) / 1e9);
    }

    /** As a node does at least once in each poll interval. */
    private double poll() {
        WorkflowStore store = engine.bean(WorkflowStore.class);
        return median(() -> store.due(List.of(WORKFLOW)));
    }

    private double claim() {
        WorkflowStore store = engine.bean(WorkflowStore.class);
        return median(() -> store.claim("nobody", List.of(InstanceQueue.unlimited(WORKFLOW)), 64));
    }

    private static double median(Runnable timed) {
        double[] times = new double[POLLS];
        for (int i = 0; i < POLLS; i++) {
            long began = System.nanoTime();
            timed.run();
            times[i] = (System.nanoTime() - began) / 1e6;
        }
        Arrays.sort(times);
        return times[POLLS / 2];
    }

    /** Of this whole JVM, the node and the driver. */
    private static double heap() {
        System.gc();
        return (Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory()) / 1e6;
    }
}
