package dev.workflows.store;

import dev.workflows.Retention;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An instance to add.
 *
 * @param sensitive whether the params must not be shown
 * @param owner the node that runs it as soon as it is committed; null to leave it to whichever claims it
 * @param retention null for what is configured when it ends
 * @param labels by name
 * @param version what the code that creates it calls itself
 */
public record NewInstance(
        String workflow,
        String id,
        String params,
        boolean sensitive,
        Instant createdAt,
        @Nullable String owner,
        @Nullable Retention retention,
        Map<String, String> labels,
        String version) {

    public NewInstance ownedBy(String node) {
        return new NewInstance(workflow, id, params, sensitive, createdAt, node, retention, labels, version);
    }
}
