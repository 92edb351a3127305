package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.workflows.CreateOptions;
import dev.workflows.WorkflowBinding;
import dev.workflows.store.WorkflowStore;
import dev.workflows.test.OnEveryDatabase;
import dev.workflows.test.RecordedStatements;
import dev.workflows.test.SharedApplication;
import dev.workflows.test.TestDatabase;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Labels, from the creation of their instance to its deletion, on a node that only creates. */
class LabelTests {

    @RegisterExtension
    static final SharedApplication APPLICATION = SharedApplication.of(ScriptedWorkflow.class, RecordedStatements.class)
            .with("workflows.worker.enabled=false");

    private final String id = UUID.randomUUID().toString();

    @OnEveryDatabase
    void labelsAreStoredWithTheirInstance(TestDatabase database) {
        binding(database)
                .create(CreateOptions.of(null)
                        .withId(id)
                        .withLabel("region", "eu")
                        .withLabel("customer", "Zoë & Söhne 🚲")
                        .withLabel("note", ""));

        assertThat(labels(database, id)).isEqualTo(Map.of("region", "eu", "customer", "Zoë & Söhne 🚲", "note", ""));
    }

    @OnEveryDatabase
    void theLargestLabelsAreStored(TestDatabase database) {
        Map<String, String> largest = IntStream.range(0, 10)
                .boxed()
                .collect(Collectors.toMap(i -> i + "n".repeat(63), i -> "🚲".repeat(127) + i + "v"));

        binding(database).create(CreateOptions.of(null).withId(id).withLabels(largest));

        assertThat(labels(database, id)).isEqualTo(largest);
    }

    @OnEveryDatabase
    void labelsCostOneStatementMoreAndNoneCostNone(TestDatabase database) {
        RecordedStatements statements = APPLICATION.on(database).getBean(RecordedStatements.class);
        CreateOptions<Object> labelled =
                CreateOptions.of(null).withLabel("a", "1").withLabel("b", "2");
        binding(database).create(labelled);

        statements.clear();
        binding(database).create();
        assertThat(statements.ofThisThread()).hasSize(2).noneMatch(it -> it.contains("workflow_label"));
        statements.clear();
        binding(database).create(labelled);
        assertThat(statements.ofThisThread()).hasSize(3);
        statements.clear();
        binding(database).createBatch(List.of(labelled, labelled, labelled));
        assertThat(statements.ofThisThread()).hasSize(3);
        assertThat(statements.startingWith("insert into workflow_label")).hasSize(1);
        assertThat(statements.ofThisThread().stream().filter(RecordedStatements.COMMIT::equals))
                .hasSize(1);
    }

    @OnEveryDatabase
    void eachInstanceOfABatchHasItsOwn(TestDatabase database) {
        binding(database).create(CreateOptions.of(null).withId(id).withLabel("number", "first"));

        binding(database)
                .createBatch(List.of(
                        CreateOptions.of(null).withId(id).withLabel("number", "taken"),
                        CreateOptions.of(null).withId(id + "-1").withLabel("number", "1"),
                        CreateOptions.of(null).withId(id + "-2"),
                        CreateOptions.of(null).withId(id + "-1").withLabel("duplicate", "1"),
                        CreateOptions.of(null).withId(id + "-3").withLabel("number", "3")));

        assertThat(labels(database, id)).isEqualTo(Map.of("number", "first"));
        assertThat(labels(database, id + "-1")).isEqualTo(Map.of("number", "1"));
        assertThat(labels(database, id + "-2")).isEmpty();
        assertThat(labels(database, id + "-3")).isEqualTo(Map.of("number", "3"));
    }

    @OnEveryDatabase
    void anInstanceThatExistsKeepsItsLabels(TestDatabase database) {
        CreateOptions<Object> options = CreateOptions.of(null).withId(id);
        binding(database).getOrCreate(options.withLabel("number", "first"));
        binding(database).getOrCreate(options.withLabel("number", "second").withLabel("more", "1"));

        assertThat(labels(database, id)).isEqualTo(Map.of("number", "first"));
    }

    @OnEveryDatabase
    void labelsBelongToTheCallersTransaction(TestDatabase database) {
        ConfigurableApplicationContext application = APPLICATION.on(database);
        long before = count(database);

        new TransactionTemplate(application.getBean(PlatformTransactionManager.class)).executeWithoutResult(status -> {
            binding(database).create(CreateOptions.of(null).withLabel("number", "1"));
            assertThat(count(database)).isEqualTo(before + 1);
            status.setRollbackOnly();
        });

        assertThat(count(database)).isEqualTo(before);
    }

    @OnEveryDatabase
    void labelsAreDeletedWithTheirInstance(TestDatabase database) {
        binding(database).create(CreateOptions.of(null).withId(id).withLabel("number", "1"));
        assertThat(labels(database, id)).hasSize(1);
        jdbc(database)
                .sql("update workflow_instance set expires_at = current_timestamp where id = ?")
                .param(id)
                .update();
        long before = count(database);

        assertThat(APPLICATION.on(database).getBean(WorkflowStore.class).purge(10))
                .isEqualTo(1);

        assertThat(count(database)).isEqualTo(before - 1);
    }

    private static Map<String, String> labels(TestDatabase database, String id) {
        return jdbc(database)
                .sql(
                        "select l.name, l.label_value from workflow_label l join workflow_instance i on i.pk = l.instance_pk"
                                + " and i.workflow = l.workflow and i.created_at = l.created_at where i.id = ?")
                .param(id)
                .query((row, number) -> Map.entry(row.getString(1), row.getString(2)))
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private static long count(TestDatabase database) {
        return jdbc(database)
                .sql("select count(*) from workflow_label")
                .query(Long.class)
                .single();
    }

    private static JdbcClient jdbc(TestDatabase database) {
        return APPLICATION.on(database).getBean(JdbcClient.class);
    }

    private static WorkflowBinding<Object, Object> binding(TestDatabase database) {
        return ScriptedWorkflow.binding(APPLICATION.on(database));
    }
}
