package dev.workflows.guide;

import dev.workflows.Backoff;
import dev.workflows.NonRetryableException;
import dev.workflows.ReceivedEvent;
import dev.workflows.Step;
import dev.workflows.StepCallable;
import dev.workflows.StepFailedException;
import dev.workflows.StepOptions;
import dev.workflows.WaitOptions;
import dev.workflows.WaitTimeoutException;
import dev.workflows.Workflow;
import dev.workflows.WorkflowEntrypoint;
import dev.workflows.WorkflowEvent;
import dev.workflows.WorkflowStep;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** What the README shows to those who come from Cloudflare Workflows. */
@Workflow
class TripWorkflow implements WorkflowEntrypoint<TripWorkflow.Trip, String> {

    record Trip(String id, int price) {}

    record Approval(String by, boolean granted) {}

    final List<String> refunds = new CopyOnWriteArrayList<>();

    @Override
    public String run(WorkflowEvent<Trip> event, WorkflowStep step) throws Exception {
        Trip trip = event.payload();
        String seat = lambda(trip, step);
        waits(step);
        String approver = approval(step);
        String hotel = branches(trip, step);
        String fallback = failure(trip, step);
        String token = values(step);
        charge(trip, step);
        if (trip.price() > 1_000) {
            throw new IllegalStateException("too expensive");
        }
        return String.join(" ", seat, approver, hotel, fallback, token);
    }

    private String lambda(Trip trip, WorkflowStep step) {
        // guide: step
        String seat = step.call(
                "reserve seat",
                String.class,
                StepOptions.defaults()
                        .withRetries(5)
                        .withDelay("10 seconds")
                        .withBackoff(Backoff.EXPONENTIAL)
                        .withTimeout("30 seconds"),
                () -> reserveSeat(trip.id()));
        // end
        return seat;
    }

    private String reserveSeat(String id) {
        return "seat-" + id;
    }

    // guide: annotated step
    @Step(name = "find hotel", retries = 5, delay = "10 seconds", backoff = Backoff.EXPONENTIAL, timeout = "30 seconds")
    String findHotel(String tripId) {
        return "hotel-" + tripId;
    }
    // end

    private void waits(WorkflowStep step) {
        Instant departure = Instant.now().plusMillis(20);
        // guide: sleep
        step.sleep("cool down", "0.01 seconds");
        step.sleep("a bit more", Duration.ofMillis(10));
        step.sleepUntil("departure", departure);
        // end
    }

    private String approval(WorkflowStep step) {
        // guide: event
        String approver;
        try {
            ReceivedEvent<Approval> event = step.waitForEvent(
                    "wait for approval",
                    WaitOptions.forType("approval", Approval.class).withTimeout("24 hours"));
            approver = event.payload().by();
        } catch (WaitTimeoutException e) {
            approver = "nobody";
        }
        // end
        return approver;
    }

    private String branches(Trip trip, WorkflowStep step) throws Exception {
        // guide: branches
        List<String> both = step.all(
                () -> findHotel(trip.id()), () -> step.call("rent car", String.class, () -> "car-" + trip.id()));

        String first = step.race(
                "whichever answers first", () -> step.call("ask airline", String.class, () -> "airline"), () -> {
                    step.sleep("patience", "1 hour");
                    return "nobody";
                });
        // end
        return both + " " + first;
    }

    private String failure(Trip trip, WorkflowStep step) {
        // guide: failure
        String insurance;
        try {
            insurance = step.call("insure", String.class, () -> {
                throw new NonRetryableException("no insurance for " + trip.id());
            });
        } catch (StepFailedException e) {
            insurance = "uninsured";
        }
        // end
        return insurance;
    }

    private String values(WorkflowStep step) {
        // guide: values
        UUID token = step.randomUUID();
        Instant now = step.now();
        // end
        return now.isAfter(Instant.EPOCH) ? token.toString().substring(0, 0) + "token" : "";
    }

    private void charge(Trip trip, WorkflowStep step) {
        // guide: rollback
        step.call(
                "charge",
                String.class,
                StepOptions.defaults().withRollback((String receipt) -> refund(receipt)),
                () -> pay(trip.price()));
        // end
        book(trip.id());
    }

    // guide: annotated rollback
    @Step(name = "book", rollback = "cancel")
    String book(String tripId) {
        return "booking-" + tripId;
    }

    @Step(name = "cancel", retries = 3)
    void cancel(@Nullable String booking, String tripId) {
        refunds.add("cancel " + booking);
    }
    // end

    private String pay(int price) {
        return "receipt-" + price;
    }

    private void refund(@Nullable String receipt) {
        refunds.add("refund " + receipt);
    }

    // guide: loop
    List<String> chargeAll(List<Trip> trips, WorkflowStep step) throws Exception {
        List<StepCallable<String>> branches = trips.stream()
                .map(trip -> (StepCallable<String>) () -> chargeOne(trip))
                .toList();
        return step.all(branches);
    }

    @Step(name = "charge one", key = "#trip.id")
    String chargeOne(Trip trip) {
        return pay(trip.price());
    }
    // end
}
