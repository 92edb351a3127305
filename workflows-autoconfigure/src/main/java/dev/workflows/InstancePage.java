package dev.workflows;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of a list of instances.
 *
 * @param nextCursor what to ask for the next page with, as {@link InstanceQuery#withCursor}; null on the last one. It
 *     stays valid for as long as you like
 */
public record InstancePage(
        List<InstanceSummary> instances, @Nullable String nextCursor) {

    public InstancePage {
        instances = List.copyOf(instances);
    }
}
