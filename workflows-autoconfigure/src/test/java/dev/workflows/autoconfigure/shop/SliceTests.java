package dev.workflows.autoconfigure.shop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.workflows.WorkflowBinding;
import dev.workflows.engine.WorkflowEngine;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.data.jpa.test.autoconfigure.DataJpaTest;
import org.springframework.context.ApplicationContext;

/** The application's tests of its repositories, with a workflow in the package that they scan. */
@DataJpaTest(properties = "spring.flyway.enabled=false", showSql = false)
class SliceTests {

    @Autowired
    PurchaseOrders orders;

    @Autowired
    ApplicationContext context;

    @Test
    void testsRepositoriesWithoutStartingTheEngine() {
        orders.saveAndFlush(new PurchaseOrder("hat", 30));

        assertThat(orders.findAll()).extracting(PurchaseOrder::getItemName).containsExactly("hat");
        assertThat(context.getBeanProvider(WorkflowEngine.class).stream()).isEmpty();
        assertThat(context.getBeanProvider(WorkflowBinding.class).stream()).isEmpty();
    }
}
