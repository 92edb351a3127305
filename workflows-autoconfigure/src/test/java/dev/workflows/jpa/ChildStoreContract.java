package dev.workflows.jpa;

import static org.assertj.core.api.Assertions.assertThat;

import dev.workflows.ChildInstance;
import dev.workflows.ParentInstance;
import dev.workflows.Status;
import dev.workflows.store.Claim;
import dev.workflows.store.Ending;
import dev.workflows.store.InstanceQueue;
import dev.workflows.store.Reception;
import dev.workflows.store.StartedChild;
import dev.workflows.store.Written;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Parents and children are created, awaited and ended without losing each other. */
abstract class ChildStoreContract extends WorkflowStoreContract {

    @Test
    void aChildAndItsStartAreStoredTogetherAndOnce() {
        Claim parent = createdAndClaimed("first");

        StartedChild first = startChild(store, parent, "child");
        StartedChild repeated = startChild(store, parent, "child");

        assertThat(first.written()).isEqualTo(Written.STORED);
        assertThat(first.key()).isNotNull();
        assertThat(repeated).isEqualTo(new StartedChild(Written.EXISTS, null));
        assertThat(store.checkpoint(parent, CHILD).orElseThrow().output()).isEqualTo("child");
        assertThat(store.children(WORKFLOW, parent.id())).containsExactly(new ChildInstance<>(CHILD_WORKFLOW, "child"));
        assertThat(store.parent(CHILD_WORKFLOW, "child")).contains(new ParentInstance(WORKFLOW, parent.id()));
    }

    @Test
    void aChildWhoseIdIsTakenIsStoredAsAFailedStart() {
        store.create(List.of(newChild("child", null)));
        Claim parent = createdAndClaimed("first");

        assertThat(startChild(store, parent, "child")).isEqualTo(new StartedChild(Written.STORED, null));

        assertThat(store.checkpoint(parent, CHILD).orElseThrow().failure()).isNotNull();
        assertThat(store.children(WORKFLOW, parent.id())).isEmpty();
    }

    @Test
    void theEndOfAChildMakesTheParentDueThatWaitsForIt() {
        Claim parent = createdAndClaimed("first");
        startChild(store, parent, "child");
        assertThat(awaitChild(store, parent, "child").checkpoint()).isNull();
        assertThat(store.claim("first", List.of(InstanceQueue.unlimited(WORKFLOW)), 1))
                .isEmpty();

        Claim child = store.claim("second", List.of(InstanceQueue.unlimited(CHILD_WORKFLOW)), 1)
                .get(0);
        assertThat(store.end(child, Ending.complete("\"done\"", true), MINUTE)).isTrue();

        Claim again = claim("first");
        assertThat(again.signals()).isGreaterThan(parent.signals());
        Reception reception = awaitChild(store, again, "child");
        assertThat(reception.checkpoint().output()).isEqualTo("\"done\"");
        assertThat(reception.checkpoint().sensitive()).isTrue();
        assertThat(store.history(again).checkpoints()).containsKeys(CHILD, RESULT);
    }

    @Test
    void theEndOfAChildIsNotLostOnAParentThatBeginsToWaitMeanwhile() throws Exception {
        for (int round = 0; round < 30; round++) {
            String id = "child-" + round;
            Claim parent = createdAndClaimed("first");
            startChild(store, parent, id);
            Claim child = store.claim("second", List.of(InstanceQueue.unlimited(CHILD_WORKFLOW)), 1)
                    .get(0);
            CyclicBarrier start = new CyclicBarrier(2);

            List<Object> outcomes = together(List.of(
                    () -> {
                        start.await(10, TimeUnit.SECONDS);
                        return awaitChild(store, parent, id);
                    },
                    () -> {
                        start.await(10, TimeUnit.SECONDS);
                        return store.end(child, Ending.complete("1", false), MINUTE);
                    }));

            assertThat(outcomes.get(1)).isEqualTo(true);
            if (((Reception) outcomes.get(0)).checkpoint() == null) {
                Claim woken = claim("first");
                assertThat(woken.key()).isEqualTo(parent.key());
                assertThat(awaitChild(store, woken, id).checkpoint()).isNotNull();
                store.end(woken, Ending.complete("1", false), MINUTE);
            } else {
                store.end(parent, Ending.complete("1", false), MINUTE);
            }
        }
    }

    /** Whoever locks several instances of a family begins at the top; a deadlock would be thrown here. */
    @Test
    void nobodyInAFamilyWaitsInACircle() throws Exception {
        for (int round = 0; round < 20; round++) {
            String id = "family-" + round;
            store.join(id, "", MINUTE);
            Claim parent = createdAndClaimed(id);
            List<Claim> children = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                startChild(store, parent, id + "-" + i, i + 1);
                children.addAll(store.claim(id, List.of(InstanceQueue.unlimited(CHILD_WORKFLOW)), 1));
            }
            CyclicBarrier start = new CyclicBarrier(6);
            List<Callable<Object>> calls = new ArrayList<>();
            for (Claim child : children) {
                calls.add(() -> store.end(child, Ending.complete("1", false), MINUTE));
            }
            calls.add(() -> store.terminate(WORKFLOW, parent.id(), workflow -> MINUTE));
            calls.add(() -> {
                store.leave(id);
                return true;
            });

            together(calls.stream()
                    .<Callable<Object>>map(call -> () -> {
                        start.await(10, TimeUnit.SECONDS);
                        return call.call();
                    })
                    .toList());

            assertThat(store.find(WORKFLOW, parent.id()).orElseThrow().status()).isEqualTo(Status.TERMINATED);
            for (Claim child : children) {
                assertThat(store.find(CHILD_WORKFLOW, child.id())
                                .orElseThrow()
                                .status()
                                .isEnded())
                        .isTrue();
            }
        }
    }
}
