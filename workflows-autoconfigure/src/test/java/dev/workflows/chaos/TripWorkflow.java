package dev.workflows.chaos;

import dev.workflows.Backoff;
import dev.workflows.CreateOptions;
import dev.workflows.Step;
import dev.workflows.WaitOptions;
import dev.workflows.WaitTimeoutException;
import dev.workflows.Workflow;
import dev.workflows.WorkflowBinding;
import dev.workflows.WorkflowEntrypoint;
import dev.workflows.WorkflowEvent;
import dev.workflows.WorkflowStep;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.transaction.annotation.Transactional;

/** Something of everything: plain and transactional steps, a sleep, branches, waits that may time out, a child. */
@Workflow(name = Itinerary.TRIP)
class TripWorkflow implements WorkflowEntrypoint<Integer, String> {

    private static final WaitOptions<String> NEWS =
            WaitOptions.forType(Itinerary.EVENT, String.class).withTimeout(Duration.ofSeconds(3));

    private final Bodies bodies;
    private final WorkflowBinding<Integer, String> parcels;

    TripWorkflow(Bodies bodies, @Qualifier("PARCEL") WorkflowBinding<Integer, String> parcels) {
        this.bodies = bodies;
        this.parcels = parcels;
    }

    /** Returns all that it was given, in that order. */
    @Override
    public String run(WorkflowEvent<Integer> event, WorkflowStep step) throws Exception {
        int params = event.payload();
        String id = event.instanceId();
        List<String> seen = new ArrayList<>();
        seen.add(bodies.saw(id, "plan", plan(params)));
        step.sleep("rest", Duration.ofMillis(100 + params % 7 * 200));
        seen.add(bodies.saw(id, "pack", pack(params)));
        seen.add(bodies.saw(id, "book", book(params)));
        seen.addAll(step.all(() -> bodies.saw(id, "left", left(params)), () -> bodies.saw(id, "right", right(params))));
        seen.addAll(news(id, step));
        String parcel = step.await(step.start(parcels, CreateOptions.of(params).withId(Itinerary.parcelOf(id))));
        seen.add(bodies.saw(id, Itinerary.resultOfParcel(id), Objects.requireNonNull(parcel)));
        seen.add(bodies.saw(id, "pay", pay(params)));
        return String.join(" ", seen);
    }

    private List<String> news(String id, WorkflowStep step) {
        List<String> news = new ArrayList<>();
        for (int wait = 1; news.size() < Itinerary.EVENTS; wait++) {
            String key = wait == 1 ? Itinerary.EVENT : Itinerary.EVENT + "-" + wait;
            try {
                news.add(bodies.saw(
                        id, key, step.waitForEvent(Itinerary.EVENT, NEWS).payload()));
            } catch (WaitTimeoutException e) {
                bodies.saw(id, key, Itinerary.NOTHING);
            }
        }
        return news;
    }

    @Step(retries = 0)
    String plan(int params) {
        return bodies.work(params);
    }

    @Step(retries = 0)
    String pack(int params) {
        return bodies.work(params);
    }

    @Step(retries = 1000, delay = "100ms", backoff = Backoff.CONSTANT)
    @Transactional
    String book(int params) {
        return bodies.book(params);
    }

    @Step(retries = 0)
    String left(int params) {
        return bodies.work(params);
    }

    @Step(retries = 1000, delay = "100ms", backoff = Backoff.CONSTANT)
    @Transactional
    String right(int params) {
        return bodies.book(params);
    }

    @Step(retries = 1000, delay = "100ms", backoff = Backoff.CONSTANT)
    @Transactional
    String pay(int params) {
        return bodies.book(params);
    }
}
