package dev.workflows.engine;

import dev.workflows.CreateOptions;
import dev.workflows.Step;
import dev.workflows.Workflow;
import dev.workflows.WorkflowBinding;
import dev.workflows.WorkflowEntrypoint;
import dev.workflows.WorkflowEvent;
import dev.workflows.WorkflowInstance;
import dev.workflows.WorkflowStep;
import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.annotation.Transactional;

/** A workflow of one transactional step, which books its instance in the table {@code ledger}. */
@Workflow
class LedgerWorkflow implements WorkflowEntrypoint<Void, String> {

    private final JdbcClient jdbc;

    LedgerWorkflow(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    @SuppressWarnings("unchecked")
    static WorkflowInstance<String> create(ApplicationContext application, String id) {
        return ((WorkflowBinding<Void, String>) application.getBean("LEDGER_WORKFLOW"))
                .create(CreateOptions.<Void>of(null).withId(id));
    }

    @Override
    public String run(WorkflowEvent<Void> event, WorkflowStep step) {
        return book(event.instanceId());
    }

    @Step(name = "book", delay = "10")
    @Transactional
    String book(String id) {
        jdbc.sql("insert into ledger (id) values (?)").param(id).update();
        return id;
    }
}
