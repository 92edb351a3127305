package dev.workflows.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.workflows.autoconfigure.shop.PurchaseOrders;
import dev.workflows.test.TestDatabase;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The application's own migrations, which expect an empty schema, and ours beside them. */
class LivingWithFlywayTests {

    private static final String[] FLYWAY = {
        "spring.flyway.enabled=true",
        "spring.flyway.locations=classpath:shop/migration",
        "spring.jpa.hibernate.ddl-auto=validate"
    };

    @ParameterizedTest
    @EnumSource(TestDatabase.class)
    void theApplicationsMigrationsRunFirstAndKeepTheirOwnHistory(TestDatabase database) {
        String url = database.newUrl();
        List<String> history;
        try (ConfigurableApplicationContext context = Shops.start(url, FLYWAY)) {
            Shops.order(context, "hat");
            history = history(context, "flyway_schema_history");
            assertThat(history).last().isEqualTo("1 shop");
            // a baseline: the schema was not empty when ours came to it
            assertThat(history(context, "workflow_schema_history")).contains("0 << Flyway Baseline >>");
        }
        try (ConfigurableApplicationContext context = Shops.start(url, FLYWAY)) {
            Shops.order(context, "coat");
            assertThat(history(context, "flyway_schema_history")).isEqualTo(history);
            assertThat(context.getBean(PurchaseOrders.class).count()).isEqualTo(2);
        }
    }

    private static List<String> history(ConfigurableApplicationContext context, String table) {
        return context.getBean(JdbcClient.class)
                .sql("select \"version\", \"description\" from \"" + table + "\" order by \"installed_rank\"")
                .query((row, number) -> row.getString(1) + " " + row.getString(2))
                .list();
    }
}
