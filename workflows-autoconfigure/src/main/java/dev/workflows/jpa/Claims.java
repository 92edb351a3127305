package dev.workflows.jpa;

import dev.workflows.Status;
import dev.workflows.store.Claim;
import dev.workflows.store.InstanceQueue;
import dev.workflows.store.Transition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Claims due instances: what has begun goes on before anything new begins, and no more run at once than may. */
final class Claims {

    private interface Lock {

        List<InstanceEntity> first(Collection<String> workflows, Collection<String> heldKeys, int limit);
    }

    private static final String RUNNING = Transition.CLAIM.wordFrom(Status.QUEUED);

    private final InstanceRepository instances;

    Claims(PersistenceUnit unit) {
        this.instances = unit.repository(InstanceRepository.class);
    }

    List<Claim> claim(String node, Collection<InstanceQueue> queues, int limit) {
        Running running = new Running(instances, queues);
        List<Claim> claims = new ArrayList<>(claim(node, running, instances::lockBegun, limit));
        claims.addAll(claim(node, running, instances::lockNew, limit - claims.size()));
        if (running.holdsBack() && claims.size() < limit) {
            claims.addAll(claimOverdue(node, running, limit - claims.size()));
        }
        return claims;
    }

    /** What is only to be ended need not wait for others. */
    private List<Claim> claimOverdue(String node, Running running, int limit) {
        return take(node, running, instances.lockOverdue(running.workflows(), limit));
    }

    private List<Claim> claim(String node, Running running, Lock lock, int limit) {
        List<Claim> claims = new ArrayList<>();
        boolean heldBack = true;
        while (heldBack && claims.size() < limit && !running.open().isEmpty()) {
            List<InstanceEntity> due = lock.first(running.open(), running.heldKeys(), limit - claims.size());
            List<InstanceEntity> admitted = due.stream().filter(running::admits).toList();
            claims.addAll(take(node, running, admitted));
            // others may be behind those that must wait, which are not asked for again
            heldBack = admitted.size() < due.size();
        }
        return claims;
    }

    private List<Claim> take(String node, Running running, List<InstanceEntity> locked) {
        if (!locked.isEmpty()) {
            instances.claim(
                    RUNNING, node, locked.stream().map(InstanceEntity::pk).toList());
        }
        return locked.stream()
                .map(instance -> instance.claimed(running.counts(instance)))
                .toList();
    }
}
