package dev.workflows.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.workflows.WorkflowBinding;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.time.Duration;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.context.DynamicPropertyRegistrar;

/** Profile "postgres" against a real server. */
@DemoTest
@ActiveProfiles("postgres")
@DirtiesContext
class PostgresProfileTests {

    @Autowired
    private WorkflowBinding<ReportParams, Report> reportWorkflow;

    @Autowired
    private DataSource dataSource;

    @Test
    void aReportCompletesOnPostgreSql() throws Exception {
        Report report = reportWorkflow.create(new ReportParams("abc123")).await(Duration.ofSeconds(30));

        assertThat(report.total()).isEqualByComparingTo("1465.25");
        try (Connection connection = dataSource.getConnection()) {
            assertThat(connection.getMetaData().getDatabaseProductName()).isEqualTo("PostgreSQL");
        }
    }

    /** A bean, so that the application is closed before its database. */
    @TestConfiguration(proxyBeanMethods = false)
    static class Server {

        @Bean(destroyMethod = "close")
        EmbeddedPostgres server() throws IOException {
            return EmbeddedPostgres.start();
        }

        @Bean
        DynamicPropertyRegistrar connection(EmbeddedPostgres server) {
            return properties -> {
                properties.add("spring.datasource.url", () -> server.getJdbcUrl("postgres", "postgres"));
                properties.add("spring.datasource.username", () -> "postgres");
            };
        }
    }
}
