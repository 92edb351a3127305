package dev.workflows.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.workflows.autoconfigure.shop.OrderWorkflow;
import dev.workflows.autoconfigure.shop.PurchaseOrder;
import dev.workflows.autoconfigure.shop.PurchaseOrders;
import dev.workflows.autoconfigure.shop.ShopApplication;
import dev.workflows.test.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/** Starts the shop's application in one way or another. */
final class Shops {

    private Shops() {}

    /** With the tables that Hibernate makes, unless these properties say otherwise. */
    static ConfigurableApplicationContext start(String url, String... properties) {
        List<String> all = new ArrayList<>(List.of("spring.jpa.hibernate.ddl-auto=update"));
        all.addAll(List.of(properties));
        return builder(url, all.toArray(String[]::new)).run();
    }

    /** To be completed by the test. Flyway is off unless it says otherwise. */
    static SpringApplicationBuilder builder(String url, String... properties) {
        List<String> all = new ArrayList<>(List.of(TestDatabase.properties(url)));
        all.addAll(List.of("spring.main.banner-mode=off", "spring.flyway.enabled=false"));
        all.addAll(List.of(properties));
        return new SpringApplicationBuilder(ShopApplication.class)
                .web(WebApplicationType.NONE)
                .properties(all.toArray(String[]::new));
    }

    /** An instance completes, and its order is in the repository once. */
    static void order(ApplicationContext context, String item) {
        PurchaseOrders orders = context.getBean(PurchaseOrders.class);
        long before = orders.count();
        assertThat(Instances.<String>run(context, OrderWorkflow.class, item))
                .isEqualTo("order of a %s for %d, one of %d".formatted(item, 10 * item.length(), before + 1));
        assertThat(orders.findAll()).extracting(PurchaseOrder::getItemName).contains(item);
        assertThat(orders.count()).isEqualTo(before + 1);
    }
}
