package dev.workflows.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.workflows.Step;
import dev.workflows.StepContext;
import dev.workflows.Workflow;
import dev.workflows.WorkflowEntrypoint;
import dev.workflows.WorkflowEvent;
import dev.workflows.WorkflowStep;
import dev.workflows.test.TestApplication;
import dev.workflows.test.TestDatabase;
import jakarta.persistence.EntityManagerFactory;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.transaction.TransactionManager;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.json.JsonMapper;

/** What Spring Boot configures of itself is the same with the starter as without it. */
class LivingWithBootTests {

    @Configuration(proxyBeanMethods = false)
    @EnableScheduling
    static class Schedules {}

    @Test
    void noneOfBootsBeansBacksOff() {
        List<String> without;
        List<Class<?>> types = List.of(
                Executor.class,
                ExecutorService.class,
                AsyncTaskExecutor.class,
                TaskScheduler.class,
                JsonMapper.class,
                Flyway.class,
                DataSource.class,
                TransactionManager.class,
                EntityManagerFactory.class,
                Clock.class);
        try (ConfigurableApplicationContext context = TestApplication.on(TestDatabase.H2.newUrl(), Schedules.class)
                .with("workflows.enabled=false", "spring.flyway.enabled=true")
                .start()) {
            without = names(context, types);
            assertThat(without)
                    .contains("applicationTaskExecutor", "taskScheduler", "jacksonJsonMapper", "flyway", "dataSource");
        }
        try (ConfigurableApplicationContext context = TestApplication.on(TestDatabase.H2.newUrl(), Schedules.class)
                .with("spring.flyway.enabled=true")
                .start()) {
            assertThat(names(context, types)).isEqualTo(without);
        }
    }

    private static List<String> names(ConfigurableApplicationContext context, List<Class<?>> types) {
        return types.stream()
                .flatMap(
                        type -> Arrays.stream(context.getBeanNamesForType(type)).sorted())
                .toList();
    }

    @ParameterizedTest
    @EnumSource(TestDatabase.class)
    void lazyInitializationStillRunsAndRecoversInstances(TestDatabase database) {
        String url = database.newUrl();
        String id;
        try (ConfigurableApplicationContext context =
                Shops.start(url, "spring.main.lazy-initialization=true", "workflows.worker.enabled=false")) {
            id = Instances.<String, String>binding(context, "ORDER_WORKFLOW")
                    .create("hat")
                    .id();
        }
        try (ConfigurableApplicationContext context = Shops.start(url, "spring.main.lazy-initialization=true")) {
            // nothing has asked for the binding yet: the engine has started by itself
            Awaitility.await()
                    .until(() -> context.getBean(JdbcClient.class)
                            .sql("select status from workflow_instance where id = ?")
                            .param(id)
                            .query(String.class)
                            .single()
                            .equals("complete"));
            Shops.order(context, "coat");
        }
    }

    @Test
    void startsWithAClassLoaderThatIsNotItsOwnAsWithDevTools() throws IOException {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (URLClassLoader restarted = new URLClassLoader(new URL[0], before)) {
            thread.setContextClassLoader(restarted);
            try (ConfigurableApplicationContext context = Shops.start(TestDatabase.H2.newUrl())) {
                assertThat(context.getClassLoader()).isEqualTo(restarted);
                Shops.order(context, "hat");
            }
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    static class Ledger {
        Ledger(JdbcClient jdbc) {
            jdbc.sql("create table ledger (id varchar(100) not null)").update();
        }
    }

    @Workflow
    static class Books implements WorkflowEntrypoint<String, Long> {

        private final JdbcClient jdbc;

        Books(JdbcClient jdbc) {
            this.jdbc = jdbc;
        }

        @Override
        public Long run(WorkflowEvent<String> event, WorkflowStep step) {
            return book(event.instanceId());
        }

        @Step(retries = 1, delay = "1")
        @Transactional
        long book(String id) {
            jdbc.sql("insert into ledger (id) values (?)").param(id).update();
            if (StepContext.current().attempt() == 1) {
                throw new IllegalStateException("written, and to be rolled back");
            }
            return jdbc.sql("select count(*) from ledger").query(Long.class).single();
        }
    }

    @ParameterizedTest
    @EnumSource(TestDatabase.class)
    void whatJdbcClientWritesCommitsWithTheCheckpoint(TestDatabase database) {
        try (ConfigurableApplicationContext context =
                TestApplication.on(database.newUrl(), Ledger.class, Books.class).start()) {
            assertThat(Instances.<Long>run(context, Books.class)).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource(TestDatabase.class)
    void aPoolOfOneConnectionIsEnoughToRunInstances(TestDatabase database) {
        String url = database.newUrl();
        Shops.start(url).close();
        try (ConfigurableApplicationContext context = Shops.start(
                url,
                "spring.datasource.hikari.maximum-pool-size=1",
                "spring.datasource.hikari.connection-timeout=5000",
                "workflows.schema.mode=none")) {
            Shops.order(context, "hat");
        }
    }

    @ParameterizedTest
    @EnumSource(TestDatabase.class)
    void aPoolOfOneConnectionIsTooSmallToMigrateAndTheStartSaysSo(TestDatabase database) {
        String url = database.newUrl();
        assertThatThrownBy(() -> Shops.start(
                                url,
                                "spring.datasource.hikari.maximum-pool-size=1",
                                "spring.datasource.hikari.connection-timeout=1000")
                        .close())
                .satisfies(failure -> assertThat(StartUp.explanation(failure))
                        .contains("The workflow tables cannot be migrated or validated", "two connections at once")
                        .contains("Action: Raise spring.datasource.hikari.maximum-pool-size to 2 or more")
                        .contains("workflows.schema.mode=none"));
    }
}
