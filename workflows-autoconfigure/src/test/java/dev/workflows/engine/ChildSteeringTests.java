package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.workflows.ChildInstance;
import dev.workflows.CreateOptions;
import dev.workflows.RestartFrom;
import dev.workflows.Retention;
import dev.workflows.Status;
import dev.workflows.WorkflowBinding;
import dev.workflows.WorkflowInstance;
import dev.workflows.WorkflowStep;
import dev.workflows.engine.PageWorkflow.Page;
import dev.workflows.engine.PageWorkflow.Topic;
import dev.workflows.engine.ScriptedWorkflow.Script;
import dev.workflows.test.OnEveryDatabase;
import dev.workflows.test.SharedApplication;
import dev.workflows.test.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** What becomes of children when their parent is terminated or restarted. */
class ChildSteeringTests {

    @RegisterExtension
    static final SharedApplication APPLICATION = SharedApplication.of(ScriptedWorkflow.class, PageWorkflow.class)
            .with("workflows.definitions.page-workflow.retention.error=7 days");

    private final AtomicInteger entered = new AtomicInteger();
    private final AtomicInteger interrupted = new AtomicInteger();

    private WorkflowInstance<Object> create(TestDatabase database, String id, Script script) {
        return ScriptedWorkflow.create(APPLICATION.on(database), id, script);
    }

    private static WorkflowInstance<Object> scripted(TestDatabase database, String id) {
        return ScriptedWorkflow.binding(APPLICATION.on(database)).get(id);
    }

    private static WorkflowInstance<Page> page(TestDatabase database, String id) {
        return PageWorkflow.binding(APPLICATION.on(database)).get(id);
    }

    private static void awaitStatus(WorkflowInstance<?> instance, Status status) {
        await().ignoreExceptions().until(() -> instance.status().status() == status);
    }

    private static String newId() {
        return UUID.randomUUID().toString();
    }

    /** A child that is inside a step's body until it is interrupted. */
    private void scriptOfHeld(TestDatabase database, String id) {
        ScriptedWorkflow.script(APPLICATION.on(database), id, (steps, step) -> {
            steps.act(() -> {
                entered.incrementAndGet();
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    interrupted.incrementAndGet();
                    throw e;
                }
            });
            return null;
        });
    }

    /** A child that runs the script of that id. */
    private static ChildInstance<Object> start(TestDatabase database, WorkflowStep step, String id) {
        return start(step, ScriptedWorkflow.binding(APPLICATION.on(database)), id);
    }

    /** Generic, since the overloads cannot be told apart where params are any object. */
    private static <P, R> ChildInstance<R> start(WorkflowStep step, WorkflowBinding<P, R> binding, String id) {
        return id.endsWith("-detached")
                ? step.startDetached(binding, CreateOptions.<P>of(null).withId(id))
                : step.start(binding, CreateOptions.<P>of(null).withId(id));
    }

    /** Grandparent, parent, one child that waits, one whose body runs, and one that is detached. */
    private WorkflowInstance<Object> createThreeGenerations(TestDatabase database, String id) {
        scriptOfHeld(database, id + "-held");
        ScriptedWorkflow.script(APPLICATION.on(database), id + "-waiting", (steps, step) -> {
            step.sleep("long", Duration.ofHours(1));
            return null;
        });
        ScriptedWorkflow.script(APPLICATION.on(database), id + "-detached", (steps, step) -> {
            step.sleep("long", Duration.ofHours(1));
            return null;
        });
        ScriptedWorkflow.script(APPLICATION.on(database), id + "-parent", (steps, step) -> {
            start(database, step, id + "-held");
            start(database, step, id + "-detached");
            return step.await(start(database, step, id + "-waiting"));
        });
        WorkflowInstance<Object> grandparent =
                create(database, id, (steps, step) -> step.await(start(database, step, id + "-parent")));
        await().until(() -> entered.get() == 1);
        awaitStatus(scripted(database, id), Status.WAITING);
        awaitStatus(scripted(database, id + "-parent"), Status.WAITING);
        List.of("-waiting", "-detached")
                .forEach(child -> await().ignoreExceptions()
                        .until(() -> scripted(database, id + child).status().status() == Status.WAITING));
        return grandparent;
    }

    @OnEveryDatabase
    void terminatingAnInstanceTerminatesItsChildrenAndTheirs(TestDatabase database) {
        String id = newId();
        WorkflowInstance<Object> grandparent = createThreeGenerations(database, id);

        grandparent.terminate();

        for (String name : List.of("", "-parent", "-held", "-waiting")) {
            assertThat(scripted(database, id + name).status().status()).as(name).isEqualTo(Status.TERMINATED);
        }
        assertThat(scripted(database, id + "-detached").status().status()).isEqualTo(Status.WAITING);
        await().until(() -> interrupted.get() == 1);
        scripted(database, id + "-detached").terminate();
    }

    @OnEveryDatabase
    void terminatingBelongsToTheCallersTransactionWithAllChildren(TestDatabase database) {
        String id = newId();
        WorkflowInstance<Object> grandparent = createThreeGenerations(database, id);

        new TransactionTemplate(APPLICATION.on(database).getBean(PlatformTransactionManager.class))
                .executeWithoutResult(status -> {
                    grandparent.terminate();
                    status.setRollbackOnly();
                });

        assertThat(scripted(database, id + "-waiting").status().status()).isEqualTo(Status.WAITING);
        assertThat(scripted(database, id + "-held").status().status()).isEqualTo(Status.RUNNING);
        assertThat(interrupted).hasValue(0);
        grandparent.terminate();
        scripted(database, id + "-detached").terminate();
    }

    @OnEveryDatabase
    void terminatingAChildFromTheMiddleTellsItsParent(TestDatabase database) throws Exception {
        String id = newId();
        WorkflowInstance<Object> grandparent = createThreeGenerations(database, id);

        scripted(database, id + "-parent").terminate();

        awaitStatus(grandparent, Status.ERRORED);
        assertThat(grandparent.status().error().message()).endsWith("ended as terminated");
        assertThat(scripted(database, id + "-waiting").status().status()).isEqualTo(Status.TERMINATED);
        scripted(database, id + "-detached").terminate();
    }

    @OnEveryDatabase
    void terminatedChildrenAreKeptAsTheirOwnWorkflowSays(TestDatabase database) {
        String topic = newId();
        WorkflowInstance<Object> parent = create(database, newId(), (steps, step) -> {
            var pages = PageWorkflow.binding(APPLICATION.on(database));
            step.start(pages, CreateOptions.of(Topic.held(topic)).withId(topic + "-a"));
            Retention own = new Retention(Duration.ofDays(1), Duration.ofDays(2));
            step.start(
                    pages,
                    CreateOptions.of(Topic.held(topic)).withId(topic + "-b").withRetention(own));
            step.sleep("long", Duration.ofHours(1));
            return null;
        });
        awaitStatus(parent, Status.WAITING);

        parent.terminate();

        assertThat(daysKept(database, parent.id())).isEqualTo(30);
        assertThat(daysKept(database, topic + "-a")).isEqualTo(7);
        assertThat(daysKept(database, topic + "-b")).isEqualTo(2);
    }

    private static int daysKept(TestDatabase database, String id) {
        return APPLICATION
                .on(database)
                .getBean(JdbcClient.class)
                .sql("select extract(epoch from (expires_at - ended_at)) / 86400 from workflow_instance where id = ?")
                .param(id)
                .query(Double.class)
                .single()
                .intValue();
    }

    @OnEveryDatabase
    void aRestartTerminatesUnfinishedChildrenAndStartsNewOnes(TestDatabase database) throws Exception {
        String topic = newId();
        AtomicInteger passes = new AtomicInteger();
        WorkflowInstance<Object> parent = create(database, newId(), (steps, step) -> {
            ChildInstance<Page> child = step.start(
                    PageWorkflow.binding(APPLICATION.on(database)),
                    passes.getAndIncrement() == 0 ? Topic.held(topic) : Topic.of("second"));
            return step.await(child).equals(Page.of("second"));
        });
        awaitStatus(parent, Status.WAITING);
        String first = parent.children().get(0).id();

        parent.restart();

        assertThat(page(database, first).status().status()).isEqualTo(Status.TERMINATED);
        assertThat(parent.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo(true);
        assertThat(parent.children()).hasSize(2);
    }

    @OnEveryDatabase
    void aRestartFromAStepKeepsTheChildrenThatWereStartedBefore(TestDatabase database) throws Exception {
        String topic = newId();
        AtomicInteger numbers = new AtomicInteger();
        WorkflowInstance<Object> parent = create(database, newId(), (steps, step) -> {
            var pages = PageWorkflow.binding(APPLICATION.on(database));
            ChildInstance<Page> before = step.start(pages, Topic.held(topic));
            int number = steps.number(numbers::incrementAndGet);
            step.start(pages, Topic.held(topic + "-after"));
            return number + " " + step.await(before).equals(Page.of(topic));
        });
        awaitStatus(parent, Status.WAITING);
        List<ChildInstance<?>> children = parent.children();

        parent.restart(RestartFrom.step("number"));

        assertThat(page(database, children.get(0).id()).status().status().isEnded())
                .isFalse();
        assertThat(page(database, children.get(1).id()).status().status()).isEqualTo(Status.TERMINATED);
        awaitStatus(parent, Status.WAITING);
        PageWorkflow.letGo(APPLICATION.on(database), topic);
        assertThat(parent.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo("2 true");
        assertThat(parent.children()).hasSize(3);
        PageWorkflow.letGo(APPLICATION.on(database), topic + "-after");
    }
}
