package dev.workflows.store;

import dev.workflows.Retention;
import dev.workflows.Schedule;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An instance to add.
 *
 * @param sensitive whether the params must not be shown
 * @param owner the node that runs it as soon as it is committed; null to leave it to whichever claims it
 * @param retention null for what is configured when it ends
 * @param deadline how long after its creation it must have ended; null if it need not
 * @param labels by name
 * @param version what the code that creates it calls itself
 * @param schedule the firing that creates it; null if none does
 * @param parent null if no instance starts it
 * @param admission when it may begin
 */
public record NewInstance(
        String workflow,
        String id,
        String params,
        boolean sensitive,
        Instant createdAt,
        @Nullable String owner,
        @Nullable Retention retention,
        @Nullable Duration deadline,
        Map<String, String> labels,
        String version,
        @Nullable Schedule schedule,
        @Nullable Parent parent,
        Admission admission) {

    /** One without a deadline that neither a schedule nor another instance creates, and that need not wait for others. */
    public NewInstance(
            String workflow,
            String id,
            String params,
            boolean sensitive,
            Instant createdAt,
            @Nullable String owner,
            @Nullable Retention retention,
            Map<String, String> labels,
            String version) {
        this(
                workflow,
                id,
                params,
                sensitive,
                createdAt,
                owner,
                retention,
                null,
                labels,
                version,
                null,
                null,
                Admission.AT_ONCE);
    }

    public NewInstance ownedBy(String node) {
        return new NewInstance(
                workflow, id, params, sensitive, createdAt, node, retention, deadline, labels, version, schedule,
                parent, admission);
    }

    public NewInstance endedWithin(@Nullable Duration deadline) {
        return new NewInstance(
                workflow, id, params, sensitive, createdAt, owner, retention, deadline, labels, version, schedule,
                parent, admission);
    }

    public NewInstance scheduledBy(Schedule firing) {
        return new NewInstance(
                workflow, id, params, sensitive, createdAt, owner, retention, deadline, labels, version, firing, parent,
                admission);
    }

    public NewInstance childOf(Parent parent) {
        return new NewInstance(
                workflow, id, params, sensitive, createdAt, owner, retention, deadline, labels, version, schedule,
                parent, admission);
    }

    public NewInstance admitted(Admission admission) {
        return new NewInstance(
                workflow, id, params, sensitive, createdAt, owner, retention, deadline, labels, version, schedule,
                parent, admission);
    }
}
