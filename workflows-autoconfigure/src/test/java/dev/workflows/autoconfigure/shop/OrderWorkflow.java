package dev.workflows.autoconfigure.shop;

import dev.workflows.Step;
import dev.workflows.StepContext;
import dev.workflows.Workflow;
import dev.workflows.WorkflowEntrypoint;
import dev.workflows.WorkflowEvent;
import dev.workflows.WorkflowStep;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.transaction.annotation.Transactional;

/** A workflow of the application's: its order is placed once, although the first attempt fails after it wrote it. */
@Workflow
public class OrderWorkflow implements WorkflowEntrypoint<String, String> {

    private final ObjectProvider<PurchaseOrders> orders;

    OrderWorkflow(ObjectProvider<PurchaseOrders> orders) {
        this.orders = orders;
    }

    @Override
    public String run(WorkflowEvent<String> event, WorkflowStep step) {
        int price = price(event.payload());
        step.sleep("think it over", "1");
        long placed = place(event.payload(), price);
        return "order of a %s for %d, one of %d".formatted(event.payload(), price, placed);
    }

    @Step(name = "look up price")
    int price(String item) {
        return 10 * item.length();
    }

    @Step(name = "place order", retries = 1, delay = "1")
    @Transactional
    long place(String item, int price) {
        orders.getObject().saveAndFlush(new PurchaseOrder(item, price));
        if (StepContext.current().attempt() == 1) {
            throw new IllegalStateException("written, and to be rolled back");
        }
        return orders.getObject().count();
    }
}
