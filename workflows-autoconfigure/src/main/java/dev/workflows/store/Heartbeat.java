package dev.workflows.store;

import java.util.List;

/**
 * What a node learns when it renews its lease.
 *
 * @param owned the instances that it owns
 * @param anyGone whether there are instances or leases of nodes that are gone, which are to be recovered
 */
public record Heartbeat(List<Owned> owned, boolean anyGone) {}
