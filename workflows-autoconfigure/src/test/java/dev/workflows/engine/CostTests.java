package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.workflows.WorkflowInstance;
import dev.workflows.engine.ScriptedWorkflow.Script;
import dev.workflows.test.OnEveryDatabase;
import dev.workflows.test.RecordedStatements;
import dev.workflows.test.SharedApplication;
import dev.workflows.test.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What an instance asks of the database, on a node that asks nothing else of it meanwhile. */
class CostTests {

    @RegisterExtension
    static final SharedApplication APPLICATION = SharedApplication.of(RecordedStatements.class, ScriptedWorkflow.class)
            .with("workflows.worker.poll-interval=1 hour", "workflows.worker.lease=1 hour");

    @OnEveryDatabase
    void aStepThatSucceedsCostsOneInsertAndNothingElse(TestDatabase database) throws Exception {
        List<String> recorded = record(database, (steps, step) -> {
            for (int i = 0; i < 20; i++) {
                int number = i;
                steps.number(() -> number);
            }
            return "done";
        });

        List<String> commits =
                recorded.stream().filter(RecordedStatements.COMMIT::equals).toList();
        System.out.printf(
                "%s: an instance of 20 steps costs %d statements and %d commits%n",
                database, recorded.size() - commits.size(), commits.size());
        assertThat(commits).hasSizeLessThanOrEqualTo(22);
        assertThat(recorded)
                .filteredOn(it -> it.startsWith("insert into workflow_step"))
                .hasSize(20);
        assertThat(recorded)
                .filteredOn(it -> it.contains("insert into workflow_instance"))
                .hasSize(1);
        assertThat(recorded)
                .filteredOn(it -> it.startsWith("update workflow_instance"))
                .hasSize(1);
        assertThat(recorded).hasSize(22 + commits.size());
    }

    @OnEveryDatabase
    void aSleepCostsOneCommitToBeginAndAClaimToEnd(TestDatabase database) throws Exception {
        List<String> recorded = record(database, (steps, step) -> {
            steps.number(() -> 1);
            step.sleep("pause", "20");
            return steps.number(() -> 2);
        });

        long commits =
                recorded.stream().filter(RecordedStatements.COMMIT::equals).count();
        System.out.printf(
                "%s: an instance of 2 steps and a sleep costs %d statements and %d commits%n",
                database, recorded.size() - commits, commits);
        // create, step, sleep, claim, step, end; the reads of history and of the next due time write nothing
        assertThat(recorded)
                .filteredOn(it -> it.contains("insert into workflow_step"))
                .hasSize(3);
        assertThat(recorded).filteredOn(it -> it.contains("from workflow_step")).hasSize(1);
        // H2 cannot say in the same statement that the instance is given up
        assertThat(recorded)
                .filteredOn(it -> it.startsWith("update") && it.contains("waitingForPause"))
                .hasSize(database == TestDatabase.H2 ? 1 : 0);
    }

    /** What is recorded from the creation of an instance to its end. */
    private static List<String> record(TestDatabase database, Script script) throws Exception {
        ConfigurableApplicationContext application = APPLICATION.on(database);
        RecordedStatements statements = application.getBean(RecordedStatements.class);
        // what the start of the application still does is over when an instance has run, and nothing follows it
        ScriptedWorkflow.run(application, (steps, step) -> null);
        await().during(java.time.Duration.ofMillis(300))
                .until(() -> statements.all().size(), size -> {
                    boolean quiet = size == 0;
                    statements.clear();
                    return quiet;
                });

        WorkflowInstance<Object> instance = ScriptedWorkflow.create(application, script);

        await().until(() -> statements
                                .startingWith("update workflow_instance set status = 'complete'")
                                .size()
                        == 1
                && statements.all().get(statements.all().size() - 1).equals(RecordedStatements.COMMIT));
        List<String> recorded = statements.all();
        assertThat(application
                        .getBean(JdbcClient.class)
                        .sql("select status from workflow_instance where id = ?")
                        .param(instance.id())
                        .query(String.class)
                        .single())
                .isEqualTo("complete");
        return recorded;
    }
}
