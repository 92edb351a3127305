package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.workflows.CreateOptions;
import dev.workflows.Status;
import dev.workflows.WaitOptions;
import dev.workflows.WorkflowInstance;
import dev.workflows.engine.ScriptedWorkflow.Script;
import dev.workflows.test.OnEveryDatabase;
import dev.workflows.test.SharedApplication;
import dev.workflows.test.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.context.ConfigurableApplicationContext;

/** How many instances run at once, and which begin first. A node looks for what is due only when it has a reason to. */
class ConcurrencyTests {

    private static final String ONLY_FOR_A_REASON = "workflows.worker.poll-interval=1 hour";

    @RegisterExtension
    static final SharedApplication KEYED = SharedApplication.of(ScriptedWorkflow.class, PageWorkflow.class)
            .with(ONLY_FOR_A_REASON, "workflows.definitions.scripted-workflow.concurrency-per-key=2");

    @RegisterExtension
    static final SharedApplication TWO_AT_ONCE = SharedApplication.of(ScriptedWorkflow.class)
            .with(ONLY_FOR_A_REASON, "workflows.definitions.scripted-workflow.concurrency=2");

    @RegisterExtension
    static final SharedApplication ONE_THREAD =
            SharedApplication.of(ScriptedWorkflow.class).with(ONLY_FOR_A_REASON, "workflows.worker.concurrency=1");

    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    private final List<String> order = new CopyOnWriteArrayList<>();
    private final CountDownLatch released = new CountDownLatch(1);

    @AfterEach
    void release() {
        released.countDown();
    }

    private Script counting() {
        return (own, step) -> own.number(() -> {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            Thread.sleep(5);
            return running.decrementAndGet();
        });
    }

    private Script waiting(String name) {
        return (own, step) -> own.number(() -> {
            order.add(name);
            released.await();
            return 1;
        });
    }

    private static CreateOptions<Object> options() {
        return CreateOptions.of(null).withId(UUID.randomUUID().toString());
    }

    private static void complete(List<WorkflowInstance<Object>> instances) throws Exception {
        for (WorkflowInstance<Object> instance : instances) {
            instance.await(ScriptedWorkflow.LONG_ENOUGH);
        }
    }

    @OnEveryDatabase
    void noMoreInstancesOfAWorkflowRunAtOnceThanMay(TestDatabase database) throws Exception {
        ConfigurableApplicationContext application = TWO_AT_ONCE.on(database);

        complete(IntStream.range(0, 30)
                .mapToObj(i -> ScriptedWorkflow.create(application, options(), counting()))
                .toList());

        assertThat(most).hasValue(2);
    }

    @OnEveryDatabase
    void whatWaitsLetsOthersRunAndGoesOnBeforeThoseThatHaveNotBegun(TestDatabase database) throws Exception {
        ConfigurableApplicationContext application = TWO_AT_ONCE.on(database);
        CountDownLatch first = new CountDownLatch(1);
        CountDownLatch second = new CountDownLatch(1);
        WorkflowInstance<Object> sleeping = ScriptedWorkflow.create(application, options(), (own, step) -> {
            step.waitForEvent("for a word", WaitOptions.forType("go", String.class));
            return own.number(() -> {
                order.add("sleeper");
                return 1;
            });
        });
        await().until(() -> sleeping.status().status() == Status.WAITING);
        List<WorkflowInstance<Object>> all = new ArrayList<>(List.of(sleeping));
        all.add(ScriptedWorkflow.create(
                application,
                options(),
                (own, step) -> own.number(() -> {
                    first.await();
                    return 1;
                })));
        all.add(ScriptedWorkflow.create(
                application,
                options(),
                (own, step) -> own.number(() -> {
                    second.await();
                    return 1;
                })));
        await().until(() -> all.get(2).status().status() == Status.RUNNING);
        // before anything is queued: a claim that has begun by then knows of neither
        sleeping.sendEvent("go", "on");
        for (int i = 0; i < 3; i++) {
            all.add(ScriptedWorkflow.create(
                    application,
                    options(),
                    (own, step) -> own.number(() -> {
                        order.add("queued");
                        return 1;
                    })));
        }

        first.countDown();
        complete(all.subList(3, 6));
        second.countDown();
        complete(all);

        assertThat(order).containsExactly("sleeper", "queued", "queued", "queued");
    }

    @OnEveryDatabase
    void noMoreWithTheSameKeyRunAtOnceThanMayAndOthersDoNotWaitForThem(TestDatabase database) throws Exception {
        ConfigurableApplicationContext application = KEYED.on(database);
        List<WorkflowInstance<Object>> held = IntStream.range(0, 5)
                .mapToObj(i -> ScriptedWorkflow.create(
                        application, options().withConcurrencyKey("customer/42"), waiting("held")))
                .toList();
        await().until(() -> order.size() == 2);

        complete(IntStream.range(0, 20)
                .mapToObj(i ->
                        ScriptedWorkflow.create(application, options().withConcurrencyKey("customer/43"), counting()))
                .toList());
        complete(List.of(ScriptedWorkflow.create(application, options(), counting())));

        assertThat(most).hasValue(2);
        assertThat(order).hasSize(2);
        assertThat(held.stream().filter(it -> it.status().status() == Status.RUNNING))
                .hasSize(2);
        released.countDown();
        complete(held);
        assertThat(order).hasSize(5);
    }

    @OnEveryDatabase
    void theSameKeyOfAnotherWorkflowIsAnother(TestDatabase database) throws Exception {
        ConfigurableApplicationContext application = KEYED.on(database);
        List<WorkflowInstance<Object>> held = IntStream.range(0, 2)
                .mapToObj(i ->
                        ScriptedWorkflow.create(application, options().withConcurrencyKey("the same"), waiting("held")))
                .toList();
        await().until(() -> order.size() == 2);

        assertThat(PageWorkflow.binding(application)
                        .create(CreateOptions.of(PageWorkflow.Topic.of("page")).withConcurrencyKey("the same"))
                        .await(ScriptedWorkflow.LONG_ENOUGH))
                .isNotNull();

        released.countDown();
        complete(held);
    }

    @OnEveryDatabase
    void higherPrioritiesBeginFirstAndEqualOnesInTheirOrder(TestDatabase database) throws Exception {
        ConfigurableApplicationContext application = ONE_THREAD.on(database);
        List<WorkflowInstance<Object>> all = new ArrayList<>();
        all.add(ScriptedWorkflow.create(application, options(), waiting("runs")));
        await().until(() -> !order.isEmpty());

        all.add(ScriptedWorkflow.create(application, options().withPriority(-1), waiting("low")));
        all.add(ScriptedWorkflow.create(application, options(), waiting("first")));
        all.add(ScriptedWorkflow.create(application, options(), waiting("second")));
        all.add(ScriptedWorkflow.create(application, options().withPriority(7), waiting("high")));
        released.countDown();
        complete(all);

        assertThat(order).containsExactly("runs", "high", "first", "second", "low");
    }

    @OnEveryDatabase
    void whatIsTerminatedOrPausedMakesRoom(TestDatabase database) throws Exception {
        ConfigurableApplicationContext application = TWO_AT_ONCE.on(database);
        List<WorkflowInstance<Object>> all = IntStream.range(0, 4)
                .mapToObj(i -> ScriptedWorkflow.create(application, options(), waiting("instance " + i)))
                .toList();
        await().until(() -> order.size() == 2);

        all.get(0).terminate();
        await().until(() -> order.size() == 3);
        all.get(3).terminate();
        released.countDown();

        complete(all.subList(1, 3));
        assertThat(order).hasSize(3);
    }

    @Test
    void aKeyThatNoDatabaseWouldKeepIsRefused() {
        assertThatThrownBy(() -> options().withConcurrencyKey(""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "Concurrency key \"\" is malformed: use 1 to 256 characters, none of them a control character");
        assertThatThrownBy(() -> options().withConcurrencyKey("a\u0000b")).hasMessageContaining("is malformed");
        assertThatThrownBy(() -> options().withConcurrencyKey("k".repeat(257)))
                .hasMessageContaining("k".repeat(256) + "…\" is malformed");
    }
}
