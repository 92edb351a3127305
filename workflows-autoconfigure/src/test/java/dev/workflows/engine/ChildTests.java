package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.workflows.ChildFailedException;
import dev.workflows.ChildInstance;
import dev.workflows.CreateOptions;
import dev.workflows.InstanceAlreadyExistsException;
import dev.workflows.InstanceStatus.InstanceError;
import dev.workflows.ParentInstance;
import dev.workflows.Retention;
import dev.workflows.Status;
import dev.workflows.StepCallable;
import dev.workflows.WorkflowBinding;
import dev.workflows.WorkflowInstance;
import dev.workflows.engine.PageWorkflow.Page;
import dev.workflows.engine.PageWorkflow.Picture;
import dev.workflows.engine.PageWorkflow.Topic;
import dev.workflows.engine.ScriptedWorkflow.Script;
import dev.workflows.test.OnEveryDatabase;
import dev.workflows.test.SharedApplication;
import dev.workflows.test.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Instances that start others, and wait for their end. */
class ChildTests {

    @RegisterExtension
    static final SharedApplication APPLICATION = SharedApplication.of(ScriptedWorkflow.class, PageWorkflow.class)
            // whoever has to be woken is woken by what happens, and not by a look now and then
            .with("workflows.worker.poll-interval=1 hour");

    private final AtomicInteger passes = new AtomicInteger();
    private final AtomicInteger entered = new AtomicInteger();

    private static WorkflowInstance<Object> create(TestDatabase database, Script script) {
        return ScriptedWorkflow.create(APPLICATION.on(database), script);
    }

    private static WorkflowBinding<Topic, Page> pages(TestDatabase database) {
        return PageWorkflow.binding(APPLICATION.on(database));
    }

    private static void awaitStatus(WorkflowInstance<?> instance, Status status) {
        await().until(() -> instance.status().status() == status);
    }

    private static String newId() {
        return UUID.randomUUID().toString();
    }

    @OnEveryDatabase
    void aParentGetsTheOutputOfItsChildWithTheChildsType(TestDatabase database) throws Exception {
        AtomicReference<Page> got = new AtomicReference<>();

        Object output = ScriptedWorkflow.run(APPLICATION.on(database), (steps, step) -> {
            ChildInstance<Page> child = step.start(pages(database), Topic.of("cats"));
            Page page = step.await(child);
            got.set(page);
            return ((Picture) page.blocks().get(1)).width();
        });

        assertThat(output).isEqualTo(7);
        assertThat(got).hasValue(Page.of("cats"));
    }

    @OnEveryDatabase
    void aParentWaitsWithoutAThreadAndIsWokenByTheEndOfItsChild(TestDatabase database) throws Exception {
        String topic = newId();
        WorkflowInstance<Object> parent = create(database, (steps, step) -> {
            passes.incrementAndGet();
            ChildInstance<Page> child = step.start(pages(database), Topic.held(topic));
            steps.number(entered::incrementAndGet);
            return step.await(child).blocks().size();
        });
        awaitStatus(parent, Status.WAITING);
        assertThat(parent.children()).hasSize(1);

        PageWorkflow.letGo(APPLICATION.on(database), topic);

        assertThat(parent.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo(2);
        assertThat(passes).hasValue(2);
        assertThat(entered).hasValue(1);
    }

    @OnEveryDatabase
    void aChildThatHasEndedBeforeIsNotWaitedFor(TestDatabase database) throws Exception {
        Object output = ScriptedWorkflow.run(APPLICATION.on(database), (steps, step) -> {
            passes.incrementAndGet();
            ChildInstance<Page> child = step.start(pages(database), Topic.of("dogs"));
            steps.act(() -> pages(database).get(child.id()).await(ScriptedWorkflow.LONG_ENOUGH));
            return step.await(child).blocks().size();
        });

        assertThat(output).isEqualTo(2);
        assertThat(passes).hasValue(1);
    }

    @OnEveryDatabase
    void aChildThatReturnsNothingIsAwaitedAsNull(TestDatabase database) throws Exception {
        Object output = ScriptedWorkflow.run(APPLICATION.on(database), (steps, step) -> {
            Page page = step.await(step.start(pages(database), Topic.of("blank")));
            return page == null ? "null" : page;
        });

        assertThat(output).isEqualTo("null");
    }

    @OnEveryDatabase
    void aChildThatFailsCanBeCaughtAndReadsTheSameAtAReplay(TestDatabase database) throws Exception {
        List<String> seen = new ArrayList<>();

        Object output = ScriptedWorkflow.run(APPLICATION.on(database), (steps, step) -> {
            ChildInstance<Page> child = step.start(pages(database), Topic.of("bad"));
            try {
                return step.await(child);
            } catch (ChildFailedException e) {
                assertThat(e.child()).isEqualTo(child);
                seen.add("%s %s %s"
                        .formatted(e.status(), e.error(), e.getMessage().replace(child.id(), "ID")));
            }
            step.sleep("a replay", Duration.ofMillis(1));
            return "caught";
        });

        assertThat(output).isEqualTo("caught");
        assertThat(seen)
                .hasSize(2)
                .containsOnly("errored InstanceError[name=IllegalArgumentException, message=out of ink] Child \"ID\""
                        + " of workflow \"page-workflow\" ended as errored: IllegalArgumentException: out of ink");
    }

    @OnEveryDatabase
    void aChildThatFailsEndsTheParentThatDoesNotCatchIt(TestDatabase database) throws Exception {
        InstanceError error = ScriptedWorkflow.failure(
                APPLICATION.on(database), (steps, step) -> step.await(step.start(pages(database), Topic.of("bad"))));

        assertThat(error.name()).isEqualTo("ChildFailedException");
        assertThat(error.message()).endsWith("ended as errored: IllegalArgumentException: out of ink");
    }

    @OnEveryDatabase
    void aChildThatIsTerminatedWakesItsParent(TestDatabase database) throws Exception {
        String id = newId();
        WorkflowInstance<Object> parent = create(database, (steps, step) -> {
            try {
                return step.await(step.start(
                        pages(database), CreateOptions.of(Topic.held(id)).withId(id)));
            } catch (ChildFailedException e) {
                return e.status() + " " + e.error();
            }
        });
        awaitStatus(parent, Status.WAITING);

        pages(database).get(id).terminate();

        assertThat(parent.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo("terminated null");
    }

    @OnEveryDatabase
    void branchesAwaitAChildEach(TestDatabase database) throws Exception {
        List<String> topics = IntStream.range(0, 5).mapToObj(i -> newId()).toList();
        WorkflowInstance<Object> parent = create(database, (steps, step) -> {
            passes.incrementAndGet();
            return step.all(topics.stream()
                    .<StepCallable<Page>>map(topic -> () -> step.await(step.start(pages(database), Topic.held(topic))))
                    .toList());
        });
        awaitStatus(parent, Status.WAITING);
        assertThat(parent.children()).hasSize(5);

        topics.forEach(topic -> PageWorkflow.letGo(APPLICATION.on(database), topic));

        assertThat((List<?>) parent.await(ScriptedWorkflow.LONG_ENOUGH)).hasSize(5);
        assertThat(parent.children()).hasSize(5);
        assertThat(pages(database)).isNotNull();
    }

    @OnEveryDatabase
    void aBranchIsWokenWhileAnotherOneWorks(TestDatabase database) throws Exception {
        String topic = newId();
        Object output = ScriptedWorkflow.run(APPLICATION.on(database), (steps, step) -> {
            passes.incrementAndGet();
            AtomicReference<Object> got = new AtomicReference<>();
            return step.all(
                    () -> {
                        got.set(step.await(step.start(pages(database), Topic.held(topic))));
                        return "got";
                    },
                    () -> {
                        steps.act(() -> {
                            PageWorkflow.letGo(APPLICATION.on(database), topic);
                            await().until(() -> got.get() != null);
                        });
                        return "worked";
                    });
        });

        assertThat(output).isEqualTo(List.of("got", "worked"));
        assertThat(passes).hasValue(1);
    }

    @OnEveryDatabase
    void oneChildCanBeAwaitedMoreThanOnceAndFromSeveralBranches(TestDatabase database) throws Exception {
        Object output = ScriptedWorkflow.run(APPLICATION.on(database), (steps, step) -> {
            ChildInstance<Page> child = step.start(pages(database), Topic.of("cats"));
            List<Page> both = step.all(() -> step.await(child), () -> step.await(child));
            return both.get(0).equals(step.await(child)) && both.get(1).equals(both.get(0));
        });

        assertThat(output).isEqualTo(true);
    }

    @OnEveryDatabase
    void theOrderInWhichChildrenAreAwaitedMayChange(TestDatabase database) throws Exception {
        Object output = ScriptedWorkflow.run(APPLICATION.on(database), (steps, step) -> {
            List<ChildInstance<Page>> children = new ArrayList<>();
            children.add(step.start(pages(database), Topic.of("one")));
            children.add(step.start(pages(database), Topic.of("two")));
            String first = "one";
            if (passes.getAndIncrement() % 2 == 1) {
                first = "two";
                java.util.Collections.reverse(children);
            }
            Page page = step.await(children.get(0));
            step.await(children.get(1));
            step.sleep("a replay", Duration.ofMillis(1));
            return page.equals(Page.of(first));
        });

        assertThat(output).isEqualTo(true);
    }

    @OnEveryDatabase
    void aReplayStartsNoOtherChild(TestDatabase database) throws Exception {
        WorkflowInstance<Object> parent = create(database, (steps, step) -> {
            ChildInstance<Page> first = step.start(pages(database), Topic.of("one"));
            ChildInstance<Page> second = step.start(pages(database), Topic.of("two"));
            step.sleep("a replay", Duration.ofMillis(1));
            return List.of(first.id(), second.id());
        });

        List<?> ids = (List<?>) parent.await(ScriptedWorkflow.LONG_ENOUGH);
        assertThat(parent.children()).extracting(ChildInstance::id).isEqualTo(ids);
        assertThat(parent.children()).extracting(ChildInstance::workflowName).containsOnly("page-workflow");
    }

    @OnEveryDatabase
    void theOutcomeIsFoundWhenTheChildIsNoLongerKept(TestDatabase database) throws Exception {
        AtomicReference<ChildInstance<Page>> good = new AtomicReference<>();
        AtomicReference<ChildInstance<Page>> bad = new AtomicReference<>();
        Retention none = new Retention(Duration.ZERO, Duration.ZERO);
        Object output = ScriptedWorkflow.run(APPLICATION.on(database), (steps, step) -> {
            good.set(step.start(
                    pages(database), CreateOptions.of(Topic.of("cats")).withRetention(none)));
            bad.set(step.start(
                    pages(database), CreateOptions.of(Topic.of("bad")).withRetention(none)));
            Page page = step.await(good.get());
            String error = "";
            try {
                step.await(bad.get());
            } catch (ChildFailedException e) {
                error = e.getMessage();
            }
            steps.act(() -> {
                purge(database);
                assertThat(isKept(database, good.get())).isFalse();
                assertThat(isKept(database, bad.get())).isFalse();
            });
            if (passes.getAndIncrement() == 0) {
                step.sleep("a replay", Duration.ofMillis(1));
            }
            step.sleep("another replay", Duration.ofMillis(1));
            return page.equals(Page.of("cats")) + " " + error.contains("out of ink");
        });

        assertThat(output).isEqualTo("true true");
        assertThat(passes.get()).isGreaterThan(1);
    }

    @OnEveryDatabase
    void aChildThatWasDeletedBeforeItWasAwaitedCannotBeAwaited(TestDatabase database) throws Exception {
        Retention none = new Retention(Duration.ZERO, Duration.ZERO);

        InstanceError error = ScriptedWorkflow.failure(APPLICATION.on(database), (steps, step) -> {
            ChildInstance<Page> child = step.start(
                    pages(database), CreateOptions.of(Topic.of("cats")).withRetention(none));
            steps.act(() -> await().until(() -> {
                purge(database);
                return !isKept(database, child);
            }));
            return step.await(child);
        });

        assertThat(error.name()).isEqualTo("WorkflowException");
        assertThat(error.message()).contains("or was deleted before it was awaited");
    }

    private static void purge(TestDatabase database) {
        APPLICATION
                .on(database)
                .getBean(dev.workflows.store.WorkflowStore.class)
                .purge(100);
    }

    private static boolean isKept(TestDatabase database, ChildInstance<?> child) {
        return APPLICATION
                        .on(database)
                        .getBean(JdbcClient.class)
                        .sql("select count(*) from workflow_instance where id = ?")
                        .param(child.id())
                        .query(Integer.class)
                        .single()
                == 1;
    }

    @OnEveryDatabase
    void anInstanceThatIsNoChildCannotBeAwaited(TestDatabase database) throws Exception {
        WorkflowInstance<Page> other = pages(database).create(Topic.of("cats"));

        InstanceError error = ScriptedWorkflow.failure(
                APPLICATION.on(database),
                (steps, step) -> step.await(new ChildInstance<>("page-workflow", other.id())));

        assertThat(error.message()).contains("\"" + other.id() + "\"").contains("it is no child of this instance");
    }

    @OnEveryDatabase
    void aChildOfAWorkflowThatTheApplicationDoesNotHaveCannotBeAwaited(TestDatabase database) throws Exception {
        InstanceError error = ScriptedWorkflow.failure(
                APPLICATION.on(database), (steps, step) -> step.await(new ChildInstance<>("unknown", "x")));

        assertThat(error.message()).contains("\"unknown\"").contains("has no such workflow");
    }

    @OnEveryDatabase
    void anIdThatIsTakenIsAnErrorThatReadsTheSameAtAReplay(TestDatabase database) throws Exception {
        String id = newId();
        pages(database).create(CreateOptions.of(Topic.of("cats")).withId(id));

        Object output = ScriptedWorkflow.run(APPLICATION.on(database), (steps, step) -> {
            passes.incrementAndGet();
            String message = "";
            try {
                step.start(pages(database), CreateOptions.of(Topic.of("cats")).withId(id));
            } catch (InstanceAlreadyExistsException e) {
                assertThat(e.instanceId()).isEqualTo(id);
                message = e.getMessage();
            }
            steps.act(() -> pages(database).get(id).await(ScriptedWorkflow.LONG_ENOUGH));
            steps.act(() -> APPLICATION
                    .on(database)
                    .getBean(JdbcClient.class)
                    .sql("delete from workflow_instance where id = ?")
                    .param(id)
                    .update());
            step.sleep("a replay", Duration.ofMillis(1));
            return message;
        });

        assertThat(output).asString().contains("already has an instance \"" + id + "\"");
        assertThat(passes).hasValue(2);
        assertThatThrownBy(() -> pages(database).get(id)).isInstanceOf(RuntimeException.class);
    }

    @OnEveryDatabase
    void parentAndChildKnowEachOther(TestDatabase database) throws Exception {
        WorkflowInstance<Object> parent = create(database, (steps, step) -> {
            ChildInstance<Page> child = step.start(pages(database), Topic.of("cats"));
            step.await(child);
            return child.id();
        });
        String child = (String) parent.await(ScriptedWorkflow.LONG_ENOUGH);

        assertThat(parent.parent()).isEmpty();
        assertThat(parent.children()).containsExactly(new ChildInstance<>("page-workflow", child));
        WorkflowInstance<Page> found = pages(database).get(child);
        assertThat(found.parent()).contains(new ParentInstance("scripted-workflow", parent.id()));
        assertThat(found.children()).isEmpty();
    }

    @OnEveryDatabase
    void aChildCannotBeStartedInsideAStepsBody(TestDatabase database) throws Exception {
        InstanceError error = ScriptedWorkflow.failure(APPLICATION.on(database), (steps, step) -> {
            steps.act(() -> step.start(pages(database), Topic.of("cats")));
            return null;
        });

        assertThat(error.message()).contains("\"page-workflow\" was called inside a step's body");
    }

    @OnEveryDatabase
    void aParentThatEndsLeavesItsChildrenRunning(TestDatabase database) throws Exception {
        String topic = newId();
        WorkflowInstance<Object> parent = create(
                database,
                (steps, step) -> step.start(pages(database), Topic.held(topic)).id());
        String child = (String) parent.await(ScriptedWorkflow.LONG_ENOUGH);

        PageWorkflow.letGo(APPLICATION.on(database), topic);

        assertThat(pages(database).get(child).await(ScriptedWorkflow.LONG_ENOUGH))
                .isEqualTo(Page.of(topic));
        assertThat(parent.status().status()).isEqualTo(Status.COMPLETE);
    }

    @OnEveryDatabase
    void aPausedParentLooksAtItsChildWhenItIsResumed(TestDatabase database) throws Exception {
        String topic = newId();
        WorkflowInstance<Object> parent = create(
                database,
                (steps, step) -> step.await(step.start(pages(database), Topic.held(topic)))
                        .blocks()
                        .size());
        awaitStatus(parent, Status.WAITING);
        String child = parent.children().get(0).id();
        parent.pause();
        PageWorkflow.letGo(APPLICATION.on(database), topic);
        pages(database).get(child).await(ScriptedWorkflow.LONG_ENOUGH);
        assertThat(parent.status().status()).isEqualTo(Status.PAUSED);

        parent.resume();

        assertThat(parent.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo(2);
    }

    @OnEveryDatabase
    void aParentThatSleepsIsNotWokenByAChildThatItDoesNotAwait(TestDatabase database) throws Exception {
        String topic = newId();
        WorkflowInstance<Object> parent = create(database, (steps, step) -> {
            passes.incrementAndGet();
            step.start(pages(database), Topic.held(topic));
            step.sleep("long", Duration.ofHours(1));
            return null;
        });
        awaitStatus(parent, Status.WAITING);

        PageWorkflow.letGo(APPLICATION.on(database), topic);
        pages(database).get(parent.children().get(0).id()).await(ScriptedWorkflow.LONG_ENOUGH);

        assertThat(due(APPLICATION.on(database), parent.id())).isEqualTo("later");
        assertThat(passes).hasValue(1);
        parent.terminate();
    }

    private static String due(ConfigurableApplicationContext application, String id) {
        return application
                .getBean(JdbcClient.class)
                .sql("select case when due_at > current_timestamp then 'later' else 'now' end"
                        + " from workflow_instance where id = ?")
                .param(id)
                .query(String.class)
                .single();
    }
}
