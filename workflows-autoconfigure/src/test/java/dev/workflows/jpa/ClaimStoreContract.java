package dev.workflows.jpa;

import static org.assertj.core.api.Assertions.assertThat;

import dev.workflows.Status;
import dev.workflows.store.Admission;
import dev.workflows.store.Claim;
import dev.workflows.store.Due;
import dev.workflows.store.InstanceQueue;
import dev.workflows.store.NewInstance;
import dev.workflows.store.Wake;
import dev.workflows.store.Written;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What is due, who gets it, and how much of it may run at once. */
abstract class ClaimStoreContract extends WorkflowStoreContract {

    @Test
    void saysWhetherAndWhenInstancesAreDue() {
        List<String> workflows = List.of(WORKFLOW);
        assertThat(store.due(workflows)).isEqualTo(new Due(0, null));

        create(null);
        assertThat(store.due(List.of("other"))).isEqualTo(new Due(0, null));
        assertThat(store.due(workflows)).isEqualTo(new Due(1, null));

        store.suspend(claim("first"), Wake.after(MINUTE));
        Due due = store.due(workflows);
        assertThat(due.now()).isFalse();
        assertThat(due.next()).isBetween(Duration.ofSeconds(30), MINUTE);

        create(null);
        assertThat(store.due(workflows).now()).isTrue();
        store.release(claim("first"), false);
        assertThat(store.due(workflows).now()).isTrue();
        assertThat(store.due(workflows).next()).isBetween(Duration.ofSeconds(30), MINUTE);
    }

    @Test
    void anInstanceThatSleepsIsDueWhenThatIsOver() {
        List<String> workflows = List.of(WORKFLOW);
        Claim claim = createdAndClaimed("first");
        Claim paused = createdAndClaimed("first");
        store.pause(WORKFLOW, paused.id());
        Claim branching = createdAndClaimed("first");

        assertThat(store.sleep(branching, SLEEP, NOW, MINUTE, false)).isEqualTo(Written.STORED);
        assertThat(store.sleep(paused, SLEEP, NOW, MINUTE, true)).isEqualTo(Written.STORED);
        assertThat(store.due(workflows)).isEqualTo(new Due(0, null));

        assertThat(store.sleep(claim, SLEEP, NOW, MINUTE, true)).isEqualTo(Written.STORED);

        assertThat(store.due(workflows).now()).isFalse();
        assertThat(store.due(workflows).next()).isBetween(Duration.ofSeconds(30), MINUTE);
        assertThat(Stream.of(claim, paused, branching)
                        .map(it -> store.find(WORKFLOW, it.id()).orElseThrow().status()))
                .containsExactly(Status.WAITING, Status.PAUSED, Status.RUNNING);
        assertThat(store.history(branching).waits().get(SLEEP)).isBetween(Duration.ofSeconds(30), MINUTE);
    }

    @Test
    void whatIsDueIsCountedUpToAHundred() {
        for (int batch = 0; batch < 2; batch++) {
            int from = batch * 60;
            store.create(IntStream.range(from, from + 60)
                    .mapToObj(i -> new NewInstance(WORKFLOW, "i-" + i, "{}", false, NOW, null, null, Map.of(), ""))
                    .toList());
            assertThat(store.due(List.of(WORKFLOW)).count()).isEqualTo(batch == 0 ? 60 : Due.MOST);
        }
        store.claim("first", List.of(InstanceQueue.unlimited(WORKFLOW)), 100)
                .forEach(claim -> store.release(claim, false));

        assertThat(store.due(List.of(WORKFLOW))).isEqualTo(new Due(Due.MOST, null));
    }

    @Test
    void nodesThatClaimTogetherShareWhatIsDue() throws Exception {
        int instances = 60;
        IntStream.range(0, instances).forEach(i -> create(null));
        int nodes = 6;
        CyclicBarrier start = new CyclicBarrier(nodes);

        List<List<Claim>> claims = together(IntStream.range(0, nodes)
                .<Callable<List<Claim>>>mapToObj(node -> () -> {
                    start.await(10, TimeUnit.SECONDS);
                    List<Claim> mine = new ArrayList<>();
                    List<Claim> more;
                    while (!(more = store.claim("first", List.of(InstanceQueue.unlimited(WORKFLOW)), 7)).isEmpty()) {
                        mine.addAll(more);
                    }
                    return mine;
                })
                .toList());

        assertThat(claims.stream().flatMap(List::stream).map(Claim::key))
                .doesNotHaveDuplicates()
                .hasSize(instances);
    }

    @Test
    void aPostponedInstanceIsDueLaterAndIsAsItWasClaimed() {
        createdAndClaimed("first");
        store.leave("first");
        Claim interrupted = claim("second");
        assertThat(interrupted.interrupted()).isTrue();

        store.postpone(interrupted, MINUTE);
        assertThat(store.claim("second", List.of(InstanceQueue.unlimited(WORKFLOW)), 1))
                .isEmpty();
        assertThat(store.due(List.of(WORKFLOW)).next()).isBetween(Duration.ofSeconds(50), Duration.ofSeconds(60));
        JdbcClient.create(pool)
                .sql("update workflow_instance set due_at = current_timestamp")
                .update();

        Claim again = claim("second");
        assertThat(again.interrupted()).isTrue();
        store.release(again, false);
        Claim undisturbed = claim("second");
        store.postpone(undisturbed, RUN_OUT);
        assertThat(claim("second").interrupted()).isFalse();
    }

    @Test
    void nodesThatClaimTogetherClaimNoMoreThanMayRun() throws Exception {
        InstanceQueue queue = new InstanceQueue(List.of(WORKFLOW, "former"), 9, 2);
        List<NewInstance> instances = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            String workflow = i % 2 == 0 ? WORKFLOW : "former";
            String key = i < 40 ? "key " + i % 4 : null;
            instances.add(newInstance(workflow, "i-" + i, 0, key));
        }
        store.create(instances);
        int nodes = 6;
        CyclicBarrier start = new CyclicBarrier(nodes);

        List<List<Claim>> claims = together(IntStream.range(0, nodes)
                .<Callable<List<Claim>>>mapToObj(node -> () -> {
                    start.await(10, TimeUnit.SECONDS);
                    return store.claim("first", List.of(queue), 4);
                })
                .toList());

        // two of each of the four keys, whichever name they are stored under, and one more
        List<Claim> all = new ArrayList<>(claims.stream().flatMap(List::stream).toList());
        assertThat(all).hasSizeLessThanOrEqualTo(9);
        // who only met what another had locked comes again
        all.addAll(store.claim("second", List.of(queue), 100));
        assertThat(all.stream().map(Claim::key)).doesNotHaveDuplicates().hasSize(9);
        assertThat(all).allMatch(Claim::counted);
        assertThat(JdbcClient.create(pool).sql("""
                                select count(*) from workflow_instance
                                where owner is not null and concurrency_key is not null group by concurrency_key""").query(Long.class).list()).allMatch(count -> count <= 2);
        assertThat(store.claim("second", List.of(queue), 100)).isEmpty();
        assertThat(store.due(queue.workflows()).now()).isTrue();

        store.release(all.get(0), false);
        store.suspend(all.get(1), Wake.after(MINUTE));
        assertThat(store.claim("second", List.of(queue), 100)).hasSize(2);
    }

    @Test
    void whatMustWaitForItsKeyDoesNotKeepOthersBehindIt() {
        InstanceQueue queue = InstanceQueue.unlimited(WORKFLOW);
        List<NewInstance> instances = new ArrayList<>();
        IntStream.range(0, 50).forEach(i -> instances.add(newInstance(WORKFLOW, "first-" + i, 3, "busy")));
        IntStream.range(0, 50).forEach(i -> instances.add(newInstance(WORKFLOW, "second-" + i, 2, "busy too")));
        instances.add(newInstance(WORKFLOW, "free", 1, "free"));
        instances.add(newInstance(WORKFLOW, "without", 0, null));
        store.create(instances);

        assertThat(store.claim("first", List.of(queue), 10))
                .extracting(claim -> claim.id().replaceAll("-.*", ""))
                .containsExactly("first", "second", "free", "without");
        assertThat(store.claim("first", List.of(queue), 10)).isEmpty();
    }

    @Test
    void whatHasBegunIsClaimedBeforeWhatHasNotAndThenByPriorityAndTime() {
        store.create(List.of(newInstance(WORKFLOW, "begun", 0, null)));
        Claim begun = claim("first");
        store.create(List.of(newInstance(WORKFLOW, "low", -1, null)));
        store.create(List.of(newInstance(WORKFLOW, "older", 0, null)));
        store.create(List.of(newInstance(WORKFLOW, "newer", 0, null)));
        store.create(List.of(newInstance(WORKFLOW, "high", 1, null)));
        store.release(begun, false);

        assertThat(IntStream.range(0, 5).mapToObj(i -> claim("first").id()))
                .containsExactly("begun", "high", "older", "newer", "low");
    }

    private static NewInstance newInstance(String workflow, String id, int priority, @Nullable String concurrencyKey) {
        return new NewInstance(workflow, id, "{}", false, NOW, null, null, Map.of(), "")
                .admitted(new Admission(priority, concurrencyKey, false));
    }
}
