package dev.workflows.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.workflows.Step;
import dev.workflows.Workflow;
import dev.workflows.WorkflowEntrypoint;
import dev.workflows.WorkflowEvent;
import dev.workflows.WorkflowStep;
import dev.workflows.WorkflowsDataSource;
import dev.workflows.test.TestApplication;
import dev.workflows.test.TestDatabase;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.Transactional;

/** Applications with more than one DataSource: which of them holds the workflow tables, and what that means for steps. */
class SeveralDataSourcesTests {

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

    @Configuration(proxyBeanMethods = false)
    static class TwoAlike {
        @Bean
        DataSource shop(@Value("${shop}") String url) {
            return TestDatabase.pool(url);
        }

        @Bean
        DataSource archive(@Value("${archive}") String url) {
            return TestDatabase.pool(url);
        }
    }

    @Test
    void twoAlikeAreRefusedWithWhatToDo() {
        assertThatThrownBy(() ->
                        start(TwoAlike.class, TestDatabase.H2, Greeting.class).close())
                .satisfies(failure -> assertThat(StartUp.explanation(failure))
                        .contains("There are several DataSources, and none is marked")
                        .contains("Action: Put @WorkflowsDataSource on the @Bean method of one of them")
                        .contains("@Primary"));
    }

    @Configuration(proxyBeanMethods = false)
    static class OnePrimary {
        @Bean
        DataSource shop(@Value("${shop}") String url) {
            return TestDatabase.pool(url);
        }

        @Bean
        @Primary
        DataSource archive(@Value("${archive}") String url) {
            return TestDatabase.pool(url);
        }
    }

    @Test
    void thePrimaryOneHoldsTheTables() {
        try (ConfigurableApplicationContext context = start(OnePrimary.class, TestDatabase.H2, Greeting.class)) {
            assertThat(Instances.<String>run(context, Greeting.class)).isEqualTo("hello params");
            assertThat(hasTables(context, "archive")).isTrue();
            assertThat(hasTables(context, "shop")).isFalse();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OneMarked {
        @Bean
        @Primary
        HikariDataSource shop(@Value("${shop}") String url) {
            return withLedger(url);
        }

        @Bean
        @WorkflowsDataSource
        HikariDataSource archive(@Value("${archive}") String url) {
            return withLedger(url);
        }

        @Bean
        @Primary
        PlatformTransactionManager shopTransactions(DataSource shop) {
            return new JdbcTransactionManager(shop);
        }

        @Bean
        PlatformTransactionManager archiveTransactions(@Qualifier("archive") DataSource archive) {
            return new JdbcTransactionManager(archive);
        }

        private static HikariDataSource withLedger(String url) {
            HikariDataSource pool = TestDatabase.pool(url);
            JdbcClient.create(pool)
                    .sql("create table ledger (id varchar(100) not null)")
                    .update();
            return pool;
        }
    }

    @Workflow
    static class Archives implements WorkflowEntrypoint<String, Long> {

        private final JdbcClient archive;

        Archives(@Qualifier("archive") DataSource archive) {
            this.archive = JdbcClient.create(archive);
        }

        @Override
        public Long run(WorkflowEvent<String> event, WorkflowStep step) {
            return archive(event.instanceId());
        }

        @Step
        @Transactional("archiveTransactions")
        long archive(String id) {
            archive.sql("insert into ledger (id) values (?)").param(id).update();
            return archive.sql("select count(*) from ledger").query(Long.class).single();
        }
    }

    @Workflow
    static class Sells implements WorkflowEntrypoint<String, Long> {

        private final JdbcClient shop;

        Sells(@Qualifier("shop") DataSource shop) {
            this.shop = JdbcClient.create(shop);
        }

        @Override
        public Long run(WorkflowEvent<String> event, WorkflowStep step) {
            return event.payload().equals("plain") ? sell(event.instanceId()) : sellTransactionally(event.instanceId());
        }

        @Step
        long sell(String id) {
            shop.sql("insert into ledger (id) values (?)").param(id).update();
            return shop.sql("select count(*) from ledger").query(Long.class).single();
        }

        @Step(name = "sell in the shop's transaction")
        @Transactional
        long sellTransactionally(String id) {
            return sell(id);
        }
    }

    @ParameterizedTest
    @EnumSource(TestDatabase.class)
    void theMarkedOneHoldsTheTablesAndStepsCommitWithItsTransactionManager(TestDatabase database) {
        try (ConfigurableApplicationContext context = start(OneMarked.class, database, Archives.class, Sells.class)) {
            assertThat(Instances.<Long>run(context, Archives.class)).isEqualTo(1);
            assertThat(Instances.<Long>run(context, Sells.class, "plain")).isEqualTo(1);
            assertThat(hasTables(context, "archive")).isTrue();
            assertThat(hasTables(context, "shop")).isFalse();
        }
    }

    @Test
    void aStepInATransactionOfAnotherFailsAtOnceAndSaysWhy() {
        try (ConfigurableApplicationContext context =
                start(OneMarked.class, TestDatabase.H2, Archives.class, Sells.class)) {
            assertThat(Instances.error(
                            Instances.<String, Long>binding(context, "SELLS").create("transactional")))
                    .contains("Step \"sell in the shop's transaction\" is transactional")
                    .contains("its transaction manager does not work on the DataSource that holds the workflow tables")
                    .contains("Use a transaction manager of that DataSource, or remove @Transactional");
            assertThat(rows(context, "shop")).isZero();
        }
    }

    @Workflow
    static class Unsaid extends Sells {
        Unsaid(@Qualifier("shop") DataSource shop) {
            super(shop);
        }

        @Override
        @Step(name = "in whose transaction?")
        @Transactional("nobodysTransactions")
        long sellTransactionally(String id) {
            throw new AssertionError("not reached");
        }
    }

    @Test
    void aStepWhoseTransactionManagerDoesNotExistFailsAtOnceAndSaysWhy() {
        try (ConfigurableApplicationContext context = start(OneMarked.class, TestDatabase.H2, Unsaid.class)) {
            assertThat(Instances.error(
                            Instances.<String, Long>binding(context, "UNSAID").create("transactional")))
                    .contains("The transaction manager for a step cannot be told")
                    .contains("nobodysTransactions");
        }
    }

    private static ConfigurableApplicationContext start(
            Class<?> dataSources, TestDatabase database, Class<?>... workflows) {
        Class<?>[] beans = new Class<?>[workflows.length + 1];
        beans[0] = dataSources;
        System.arraycopy(workflows, 0, beans, 1, workflows.length);
        return TestApplication.on(TestDatabase.H2.newUrl(), beans)
                .with("shop=" + database.newUrl(), "archive=" + database.newUrl())
                .start();
    }

    private static long rows(ConfigurableApplicationContext context, String dataSource) {
        return JdbcClient.create(context.getBean(dataSource, DataSource.class))
                .sql("select count(*) from ledger")
                .query(Long.class)
                .single();
    }

    private static boolean hasTables(ConfigurableApplicationContext context, String dataSource) {
        Integer found = new JdbcTemplate(context.getBean(dataSource, DataSource.class))
                .queryForObject(
                        "select count(*) from information_schema.tables where lower(table_name) = 'workflow_instance'",
                        Integer.class);
        return found != null && found == 1;
    }
}
