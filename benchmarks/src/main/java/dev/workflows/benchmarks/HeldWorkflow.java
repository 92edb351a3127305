package dev.workflows.benchmarks;

import dev.workflows.Step;
import dev.workflows.Workflow;
import dev.workflows.WorkflowEntrypoint;
import dev.workflows.WorkflowEvent;
import dev.workflows.WorkflowStep;
import java.util.concurrent.CountDownLatch;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** One step, which writes down which process has entered it, and stays inside until that is killed. */
@Workflow(name = "held")
class HeldWorkflow implements WorkflowEntrypoint<String, String> {

    private final JdbcClient jdbc;

    HeldWorkflow(DataSource dataSource) {
        this.jdbc = JdbcClient.create(dataSource);
    }

    @Override
    public String run(WorkflowEvent<String> event, WorkflowStep step) throws Exception {
        stay();
        return "never";
    }

    @Step(retries = 1_000)
    void stay() throws InterruptedException {
        jdbc.sql("insert into benchmark_entry (pid) values (?)")
                .param(ProcessHandle.current().pid())
                .update();
        new CountDownLatch(1).await();
    }
}
