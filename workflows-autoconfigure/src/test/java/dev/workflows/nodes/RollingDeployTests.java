package dev.workflows.nodes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.workflows.CreateOptions;
import dev.workflows.InstanceQuery;
import dev.workflows.Status;
import dev.workflows.Step;
import dev.workflows.WaitOptions;
import dev.workflows.Workflow;
import dev.workflows.WorkflowBinding;
import dev.workflows.WorkflowEntrypoint;
import dev.workflows.WorkflowEvent;
import dev.workflows.WorkflowInstance;
import dev.workflows.WorkflowStep;
import dev.workflows.test.OnEveryDatabase;
import dev.workflows.test.RecordedStatements;
import dev.workflows.test.TestApplication;
import dev.workflows.test.TestDatabase;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/** A node with the old version of an application beside one with the new version, as in a deploy. */
class RollingDeployTests {

    private static final Duration LONG_ENOUGH = Duration.ofSeconds(20);
    private static final int LETTERS = 6;

    /** As both versions have it. */
    abstract static class Parcel implements WorkflowEntrypoint<String, String> {

        @Override
        public String run(WorkflowEvent<String> event, WorkflowStep step) {
            String packed = pack();
            String insured = insure(step);
            step.waitForEvent("wait", WaitOptions.forType("go", String.class));
            return packed + insured + ", completed by " + version();
        }

        @Step
        String pack() {
            return "packed by " + version();
        }

        String insure(WorkflowStep step) {
            return "";
        }

        abstract String version();
    }

    @Workflow(name = "parcel")
    static class OldParcel extends Parcel {
        @Override
        String version() {
            return "old";
        }
    }

    /** Has another step, for instances that are not past its place. */
    @Workflow(name = "parcel")
    static class NewParcel extends Parcel {
        @Override
        String insure(WorkflowStep step) {
            return step.patched("insure") ? protect() : "";
        }

        @Step
        String protect() {
            return ", insured";
        }

        @Override
        String version() {
            return "new";
        }
    }

    /** What a letter waits for, in its step. */
    static class Ink extends CountDownLatch {
        Ink() {
            super(1);
        }
    }

    /** Is new as a whole. */
    @Workflow(name = "letter")
    static class Letter implements WorkflowEntrypoint<String, String> {

        private final Ink ink;

        Letter(Ink ink) {
            this.ink = ink;
        }

        @Override
        public String run(WorkflowEvent<String> event, WorkflowStep step) throws Exception {
            return write();
        }

        @Step
        String write() throws InterruptedException {
            ink.await();
            return "written";
        }
    }

    @OnEveryDatabase
    void everyInstanceRunsWhereItIsKnownAndNothingIsStuckWhenTheOldNodeLeaves(TestDatabase database) throws Exception {
        String url = database.newUrl();
        try (ConfigurableApplicationContext old = start(url, OldParcel.class, RecordedStatements.class)) {
            WorkflowInstance<String> before = create(old, "PARCEL", "before");
            awaitWaiting(before);
            try (ConfigurableApplicationContext renewed = start(url, NewParcel.class, Letter.class, Ink.class)) {
                assertThat(old.containsBean("LETTER")).isFalse();
                WorkflowInstance<String> byOld = create(old, "PARCEL", "by-old");
                WorkflowInstance<String> byNew = create(renewed, "PARCEL", "by-new");
                awaitWaiting(byOld);
                awaitWaiting(byNew);

                // the new node has threads for two: the others are due, and the old node looks, and has threads
                for (int i = 0; i < LETTERS; i++) {
                    create(renewed, "LETTER", "letter-" + i);
                }
                awaitStatements(old);
                assertThat(letters(renewed, Status.QUEUED)).isEqualTo(LETTERS - 2);
                renewed.getBean(Ink.class).countDown();
                await().until(() -> letters(renewed, Status.COMPLETE) == LETTERS);

                stop(old);
                for (String parcel : new String[] {"before", "by-old", "by-new"}) {
                    binding(renewed, "PARCEL").get(parcel).sendEvent("go", "");
                }
                assertThat(output(renewed, "before")).isEqualTo("packed by old, completed by new");
                assertThat(output(renewed, "by-old")).isEqualTo("packed by old, completed by new");
                assertThat(output(renewed, "by-new")).isEqualTo("packed by new, insured, completed by new");
            }
        }
    }

    private static ConfigurableApplicationContext start(String url, Class<?>... beans) {
        return TestApplication.on(url, beans)
                .with("workflows.worker.poll-interval=50ms", "workflows.worker.concurrency=2")
                .start();
    }

    private static void stop(ConfigurableApplicationContext node) {
        node.close();
    }

    private static WorkflowInstance<String> create(ApplicationContext node, String binding, String id) {
        return binding(node, binding).create(CreateOptions.of("").withId(id));
    }

    private static void awaitWaiting(WorkflowInstance<?> instance) {
        await().until(() -> instance.status().status() == Status.WAITING);
    }

    /** Until the node has looked for due instances several times. */
    private static void awaitStatements(ApplicationContext node) {
        RecordedStatements recorded = node.getBean(RecordedStatements.class);
        recorded.clear();
        await().until(() -> recorded.startingWith("select").size() >= 10);
    }

    private static int letters(ApplicationContext node, Status status) {
        return binding(node, "LETTER")
                .list(InstanceQuery.all().withStatus(status))
                .instances()
                .size();
    }

    private static @Nullable String output(ApplicationContext node, String parcel) throws InterruptedException {
        return binding(node, "PARCEL").get(parcel).await(LONG_ENOUGH);
    }

    @SuppressWarnings("unchecked")
    private static WorkflowBinding<String, String> binding(ApplicationContext node, String name) {
        return node.getBean(name, WorkflowBinding.class);
    }
}
