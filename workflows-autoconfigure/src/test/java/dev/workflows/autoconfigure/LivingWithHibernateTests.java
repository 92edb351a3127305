package dev.workflows.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.workflows.autoconfigure.shop.PurchaseOrder;
import dev.workflows.autoconfigure.shop.PurchaseOrders;
import dev.workflows.test.TestDatabase;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.PersistenceContext;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import javax.sql.DataSource;
import org.hibernate.boot.model.naming.Identifier;
import org.hibernate.boot.model.naming.PhysicalNamingStrategySnakeCaseImpl;
import org.hibernate.engine.jdbc.env.spi.JdbcEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.orm.jpa.support.OpenEntityManagerInViewInterceptor;
import org.springframework.orm.jpa.vendor.HibernateJpaVendorAdapter;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;

/** The application's own use of JPA is as if the starter were not there, and the starter works beside it. */
class LivingWithHibernateTests {

    @Test
    void withSpringBootsOwnCreateDropOnH2InMemory() {
        try (ConfigurableApplicationContext context =
                Shops.builder(TestDatabase.H2.newUrl()).run()) {
            Shops.order(context, "hat");
        }
    }

    @ParameterizedTest
    @EnumSource(TestDatabase.class)
    void createAndDropLeavesTheWorkflowTablesAlone(TestDatabase database) {
        String url = database.newUrl();
        try (ConfigurableApplicationContext context = Shops.start(url, "spring.jpa.hibernate.ddl-auto=create-drop")) {
            Shops.order(context, "hat");
        }
        try (ConfigurableApplicationContext context = Shops.start(url, "spring.jpa.hibernate.ddl-auto=create-drop")) {
            assertThat(context.getBean(PurchaseOrders.class).count()).isZero();
            assertThat(instances(context)).isEqualTo(1);
            Shops.order(context, "coat");
            assertThat(instances(context)).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @EnumSource(TestDatabase.class)
    void validateFindsTheApplicationsTablesBesideOurs(TestDatabase database) {
        String url = database.newUrl();
        Shops.start(url).close();
        try (ConfigurableApplicationContext context = Shops.start(url, "spring.jpa.hibernate.ddl-auto=validate")) {
            Shops.order(context, "hat");
        }
    }

    @ParameterizedTest
    @EnumSource(TestDatabase.class)
    void quotedIdentifiersAreTheApplicationsOnly(TestDatabase database) {
        try (ConfigurableApplicationContext context =
                Shops.start(database.newUrl(), "spring.jpa.properties.hibernate.globally_quoted_identifiers=true")) {
            Shops.order(context, "hat");
            assertThat(count(context, "\"PurchaseOrder\"")).isEqualTo(1);
        }
    }

    public static class Prefixing extends PhysicalNamingStrategySnakeCaseImpl {
        @Override
        public Identifier toPhysicalTableName(Identifier name, JdbcEnvironment environment) {
            return Identifier.toIdentifier(
                    "t_" + super.toPhysicalTableName(name, environment).getText());
        }
    }

    @ParameterizedTest
    @EnumSource(TestDatabase.class)
    void aNamingStrategyIsTheApplicationsOnly(TestDatabase database) {
        try (ConfigurableApplicationContext context = Shops.start(
                database.newUrl(), "spring.jpa.hibernate.naming.physical-strategy=" + Prefixing.class.getName())) {
            Shops.order(context, "hat");
            assertThat(count(context, "t_purchase_order")).isEqualTo(1);
            assertThat(instances(context)).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource(TestDatabase.class)
    void aDefaultSchemaIsTheApplicationsOnly(TestDatabase database) {
        String url = database.newUrl();
        try (HikariDataSource pool = TestDatabase.pool(url)) {
            JdbcClient.create(pool).sql("create schema shop").update();
        }
        try (ConfigurableApplicationContext context =
                Shops.start(url, "spring.jpa.properties.hibernate.default_schema=shop")) {
            Shops.order(context, "hat");
            assertThat(count(context, "shop.purchase_order")).isEqualTo(1);
            assertThat(count(context, "public.workflow_instance")).isEqualTo(1);
        }
    }

    @Test
    void anOrmXmlIsTheApplicationsOnly(@TempDir Path classes) throws IOException {
        Path ormXml = Files.createDirectories(classes.resolve("META-INF")).resolve("orm.xml");
        Files.writeString(ormXml, """
                <entity-mappings xmlns="https://jakarta.ee/xml/ns/persistence/orm" version="3.1">
                    <persistence-unit-metadata>
                        <persistence-unit-defaults><schema>shop</schema></persistence-unit-defaults>
                    </persistence-unit-metadata>
                </entity-mappings>
                """);
        String url = TestDatabase.H2.newUrl();
        try (HikariDataSource pool = TestDatabase.pool(url)) {
            JdbcClient.create(pool).sql("create schema shop").update();
        }
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {classes.toUri().toURL()}, before)) {
            thread.setContextClassLoader(loader);
            try (ConfigurableApplicationContext context = Shops.start(url)) {
                Shops.order(context, "hat");
                assertThat(count(context, "shop.purchase_order")).isEqualTo(1);
                assertThat(count(context, "public.workflow_instance")).isEqualTo(1);
            }
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    @RestController
    static class ShopController {

        @PersistenceContext
        EntityManager entityManager;

        @GetMapping("/orders")
        long orders() {
            return entityManager
                    .createQuery("select count(o) from PurchaseOrder o", Long.class)
                    .getSingleResult();
        }
    }

    @Test
    void withOpenEntityManagerInViewAndAPersistenceContext() {
        try (ConfigurableApplicationContext context = Shops.builder(
                        TestDatabase.H2.newUrl(), "server.port=0", "spring.jpa.open-in-view=true")
                .sources(ShopController.class)
                .web(WebApplicationType.SERVLET)
                .run()) {
            assertThat(context.getBeanNamesForType(OpenEntityManagerInViewInterceptor.class))
                    .hasSize(1);
            Shops.order(context, "hat");
            int port = ((ServletWebServerApplicationContext) context)
                    .getWebServer()
                    .getPort();
            assertThat(RestClient.create("http://localhost:" + port)
                            .get()
                            .uri("/orders")
                            .retrieve()
                            .body(String.class))
                    .isEqualTo("1");
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnEntityManagerFactory {
        @Bean
        LocalContainerEntityManagerFactoryBean entityManagerFactory(DataSource dataSource) {
            LocalContainerEntityManagerFactoryBean factory = new LocalContainerEntityManagerFactoryBean();
            factory.setPersistenceUnitName("mine");
            factory.setDataSource(dataSource);
            factory.setPackagesToScan(PurchaseOrder.class.getPackageName());
            factory.setJpaVendorAdapter(new HibernateJpaVendorAdapter());
            factory.setJpaPropertyMap(Map.of("hibernate.hbm2ddl.auto", "create"));
            return factory;
        }
    }

    @ParameterizedTest
    @EnumSource(TestDatabase.class)
    void withAnEntityManagerFactoryOfTheApplications(TestDatabase database) {
        try (ConfigurableApplicationContext context = Shops.builder(database.newUrl())
                .sources(OwnEntityManagerFactory.class)
                .run()) {
            assertThat(context.getBeansOfType(EntityManagerFactory.class)).hasSize(1);
            Shops.order(context, "hat");
        }
    }

    @Test
    void theApplicationsEntityManagerFactoryKnowsNoEntityOfOurs() {
        try (ConfigurableApplicationContext context = Shops.start(TestDatabase.H2.newUrl())) {
            assertThat(context.getBeansOfType(EntityManagerFactory.class)).hasSize(1);
            assertThat(context.getBean(EntityManagerFactory.class)
                            .getMetamodel()
                            .getEntities())
                    .singleElement()
                    .satisfies(entity -> assertThat(entity.getJavaType()).isEqualTo(PurchaseOrder.class));
            assertThat(context.getBeanNamesForType(HibernateJpaAutoConfiguration.class))
                    .hasSize(1);
        }
    }

    private static long instances(ConfigurableApplicationContext context) {
        return count(context, "workflow_instance");
    }

    private static long count(ConfigurableApplicationContext context, String table) {
        return context.getBean(JdbcClient.class)
                .sql("select count(*) from " + table)
                .query(Long.class)
                .single();
    }
}
