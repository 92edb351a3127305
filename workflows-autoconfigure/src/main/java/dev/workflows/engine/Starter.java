package dev.workflows.engine;

import dev.workflows.store.Claim;
import dev.workflows.store.NewInstance;
import dev.workflows.store.StartedChild;
import dev.workflows.store.WorkflowStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Stores new instances: with their owner, as far as this node has slots, to run as soon as they are committed. */
final class Starter {

    private final WorkflowStore store;
    private final Supplier<@Nullable Dispatcher> dispatcher;

    /** @param dispatcher this node's, if it runs instances */
    Starter(WorkflowStore store, Supplier<@Nullable Dispatcher> dispatcher) {
        this.store = store;
        this.dispatcher = dispatcher;
    }

    /**
     * Stores instances of one workflow, which nobody owns yet.
     *
     * @return the ids of those that were created; the others are taken
     */
    Set<String> start(List<NewInstance> instances) {
        return start(instances, store::create);
    }

    /** Stores an instance whose id was made up for it. */
    void startNew(NewInstance instance) {
        start(List.of(instance), placed -> Map.of(instance.id(), store.createNew(placed.get(0))));
    }

    private Set<String> start(List<NewInstance> instances, Function<List<NewInstance>, Map<String, Long>> storing) {
        Dispatcher here = dispatcher.get();
        if (here == null) {
            Set<String> created = storing.apply(instances).keySet();
            leaveToOthers();
            return created;
        }
        return start(instances, here, storing);
    }

    /**
     * Stores one instance, in a way of its own.
     *
     * @param storing is given the instance with its owner, if this node has a slot for it
     */
    StartedChild start(NewInstance instance, Function<NewInstance, StartedChild> storing) {
        Dispatcher here = dispatcher.get();
        if (here == null) {
            StartedChild started = storing.apply(instance);
            leaveToOthers();
            return started;
        }
        Slot slot = slot(here, instance);
        NewInstance placed = slot == null ? instance : instance.ownedBy(here.node());
        StartedChild started;
        try {
            started = storing.apply(placed);
        } catch (RuntimeException | Error e) {
            if (slot != null) {
                slot.free(null);
            }
            throw e;
        }
        settle(placed, started.key(), slot, here);
        return started;
    }

    private Set<String> start(
            List<NewInstance> instances, Dispatcher here, Function<List<NewInstance>, Map<String, Long>> storing) {
        Map<String, Slot> slots = new HashMap<>();
        List<NewInstance> placed = new ArrayList<>();
        for (NewInstance instance : instances) {
            Slot slot = slot(here, instance);
            if (slot == null) {
                placed.add(instance);
            } else {
                placed.add(instance.ownedBy(here.node()));
                slots.put(instance.id(), slot);
            }
        }
        Map<String, Long> keys;
        try {
            keys = storing.apply(placed);
        } catch (RuntimeException | Error e) {
            slots.values().forEach(slot -> slot.free(null));
            throw e;
        }
        placed.forEach(instance -> settle(instance, keys.get(instance.id()), slots.get(instance.id()), here));
        return keys.keySet();
    }

    private void leaveToOthers() {
        store.afterTransaction(committed -> {
            if (committed) {
                store.tell(List.of());
            }
        });
    }

    /** Null if it must queue. */
    private static @Nullable Slot slot(Dispatcher here, NewInstance instance) {
        return instance.admission().isAtOnce() ? here.reserve() : null;
    }

    /** @param key null if it was not created */
    private void settle(NewInstance instance, @Nullable Long key, @Nullable Slot slot, Dispatcher here) {
        if (key != null && slot != null) {
            store.afterTransaction(committed -> {
                if (committed) {
                    here.run(firstClaim(key, instance), slot);
                } else {
                    slot.free(null);
                }
            });
        } else if (key != null) {
            store.afterTransaction(committed -> {
                if (committed) {
                    here.dueIn(Duration.ZERO);
                }
            });
        } else if (slot != null) {
            slot.free(null);
        }
    }

    private static Claim firstClaim(long key, NewInstance created) {
        return new Claim(
                key,
                created.workflow(),
                created.id(),
                1,
                1,
                created.params(),
                created.createdAt(),
                created.retention(),
                false,
                0,
                created.version(),
                created.schedule(),
                created.deadline(),
                null,
                created.parent() == null ? null : created.parent().key(),
                false);
    }
}
