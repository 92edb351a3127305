package dev.workflows.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.workflows.Step;
import dev.workflows.Workflow;
import dev.workflows.WorkflowEntrypoint;
import dev.workflows.WorkflowEvent;
import dev.workflows.WorkflowStep;
import dev.workflows.test.TestApplication;
import dev.workflows.test.TestDatabase;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mockito.Mockito;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What happens to the workflow tables when applications start. */
class SchemaModeTests {

    @Workflow
    static class Greeting implements WorkflowEntrypoint<String, String> {
        @Override
        public String run(WorkflowEvent<String> event, WorkflowStep step) {
            return greet(event.payload());
        }

        @Step
        String greet(String name) {
            return "hello " + name;
        }
    }

    private static ConfigurableApplicationContext start(String url, String mode) {
        return application(url, mode).start();
    }

    private static TestApplication application(String url, String mode) {
        return TestApplication.on(url, Greeting.class).with("workflows.schema.mode=" + mode);
    }

    private static void works(ConfigurableApplicationContext context) {
        assertThat(Instances.<String>run(context, Greeting.class)).isEqualTo("hello params");
    }

    @ParameterizedTest
    @EnumSource(TestDatabase.class)
    void migratesAnEmptyDatabaseAndFindsItsTablesAgainInEveryMode(TestDatabase database) {
        String url = database.newUrl();
        for (String mode : List.of("migrate", "migrate", "validate", "none")) {
            try (ConfigurableApplicationContext context = start(url, mode)) {
                works(context);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(TestDatabase.class)
    void migratesADatabaseThatIsNotEmpty(TestDatabase database) {
        String url = database.newUrl();
        execute(url, "create table theirs (id integer)");
        try (ConfigurableApplicationContext context = start(url, "migrate")) {
            works(context);
        }
        try (ConfigurableApplicationContext context = start(url, "validate")) {
            works(context);
        }
    }

    @ParameterizedTest
    @EnumSource(TestDatabase.class)
    void validateRefusesADatabaseWithoutTheTables(TestDatabase database) {
        String url = database.newUrl();
        assertThatThrownBy(() -> start(url, "validate").close())
                .satisfies(failure -> assertThat(StartUp.explanation(failure))
                        .contains("The workflow tables are not as this version needs them")
                        .contains("Action: Set workflows.schema.mode=migrate", "workflows.schema.mode=none")
                        .contains("dev/workflows/migration/" + database.name().toLowerCase(Locale.ROOT)));
    }

    @ParameterizedTest
    @EnumSource(TestDatabase.class)
    void validateRefusesTablesOfALaterVersion(TestDatabase database) {
        String url = database.newUrl();
        start(url, "migrate").close();
        execute(url, """
                insert into "workflow_schema_history"
                    ("installed_rank", "version", "description", "type", "script", "checksum", "installed_by",
                     "execution_time", "success")
                values (1000, '999', 'of the future', 'SQL', 'V999__of_the_future.sql', 1, 'somebody', 1, true)""");
        assertThatThrownBy(() -> start(url, "validate").close())
                .satisfies(failure -> assertThat(StartUp.explanation(failure))
                        .contains(
                                "The workflow tables are of version 999, which this version of the library does not know")
                        .contains("Action: Use the version of the library that migrated them, or a later one."));
    }

    @Test
    void validateRefusesAMigrationThatWasChanged() {
        String url = TestDatabase.H2.newUrl();
        start(url, "migrate").close();
        execute(url, "update \"workflow_schema_history\" set \"checksum\" = 1 where \"version\" = '1'");
        assertThatThrownBy(() -> start(url, "validate").close())
                .satisfies(failure -> assertThat(StartUp.explanation(failure))
                        .contains("The workflow tables are not as this version needs them", "checksum mismatch"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"migrate", "validate", "none"})
    void refusesADatabaseThatTheTablesAreNotMadeFor(String mode) throws SQLException {
        DataSource dataSource = Mockito.mock(DataSource.class);
        Connection connection = Mockito.mock(Connection.class);
        DatabaseMetaData metaData = Mockito.mock(DatabaseMetaData.class);
        Mockito.when(dataSource.getConnection()).thenReturn(connection);
        Mockito.when(connection.getMetaData()).thenReturn(metaData);
        Mockito.when(metaData.getDatabaseProductName()).thenReturn("Oracle");
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(WorkflowsAutoConfiguration.class))
                .withBean(DataSource.class, () -> dataSource)
                .withPropertyValues("workflows.schema.mode=" + mode)
                .run(context -> {
                    assertThat(context).hasFailed();
                    assertThat(StartUp.explanation(context.getStartupFailure()))
                            .contains("The workflow tables cannot be kept in \"Oracle\"", "H2 and PostgreSQL")
                            .contains("Action: Add a DataSource of H2 or PostgreSQL", "@WorkflowsDataSource");
                });
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void nodesThatStartAtTheSameTimeMigrateOnce(boolean empty) throws Exception {
        String url = TestDatabase.POSTGRESQL.newUrl();
        if (!empty) {
            execute(url, "create table theirs (id integer)");
        }
        int nodes = 3;
        CyclicBarrier together = new CyclicBarrier(nodes);
        ExecutorService threads = Executors.newFixedThreadPool(nodes);
        try {
            Callable<ConfigurableApplicationContext> node = () -> {
                together.await();
                return application(url, "migrate").startBesideOthers();
            };
            List<Future<ConfigurableApplicationContext>> started = threads.invokeAll(List.of(node, node, node));
            for (Future<ConfigurableApplicationContext> one : started) {
                works(one.get());
            }
            for (Future<ConfigurableApplicationContext> one : started) {
                one.get().close();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static void execute(String url, String sql) {
        try (HikariDataSource pool = TestDatabase.pool(url)) {
            JdbcClient.create(pool).sql(sql).update();
        }
    }
}
