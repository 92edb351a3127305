package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.workflows.BatchError;
import dev.workflows.BatchResult;
import dev.workflows.CreateOptions;
import dev.workflows.InstanceAlreadyExistsException;
import dev.workflows.InstanceNotFoundException;
import dev.workflows.InstanceQuery;
import dev.workflows.InstanceSummary;
import dev.workflows.RestartFrom;
import dev.workflows.Status;
import dev.workflows.Step;
import dev.workflows.StepContext;
import dev.workflows.WaitOptions;
import dev.workflows.Workflow;
import dev.workflows.WorkflowBinding;
import dev.workflows.WorkflowEntrypoint;
import dev.workflows.WorkflowEvent;
import dev.workflows.WorkflowInstance;
import dev.workflows.WorkflowStep;
import dev.workflows.test.OnEveryDatabase;
import dev.workflows.test.TestApplication;
import dev.workflows.test.TestDatabase;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** A workflow and its steps that are renamed while instances of it wait. */
class RenameTests {

    private static final String[] ENCRYPTED = {
        "workflows.encryption.keys.a=" + Base64.getEncoder().encodeToString("key a, 16 bytes.".getBytes()),
        "workflows.encryption.active-key=a",
        "workflows.encryption.accept-plain-text=false",
        "workflows.replay-check=fail",
        "workflows.worker.poll-interval=100ms"
    };
    private static final List<String> CHARGED = new CopyOnWriteArrayList<>();

    record Card(String number) {}

    @Workflow(name = "order")
    static class Before implements WorkflowEntrypoint<Card, List<String>> {

        @Override
        public List<String> run(WorkflowEvent<Card> event, WorkflowStep step) {
            List<String> seen = new ArrayList<>(List.of(check("a"), check("b"), weigh("c")));
            charge();
            seen.add(step.waitForEvent("wait", WaitOptions.forType("go", String.class))
                    .payload());
            return seen;
        }

        @Step
        String check(String what) {
            return what + " checked";
        }

        @Step(key = "#a0")
        String weigh(String what) {
            return what + " weighed";
        }

        @Step(retries = 1, delay = "1 hour")
        void charge() {
            CHARGED.add(StepContext.current().idempotencyKey());
            if (CHARGED.size() == 1) {
                throw new IllegalStateException("not yet");
            }
        }
    }

    @Workflow(
            name = "purchase",
            aliases = {"deal", "order"})
    static class After implements WorkflowEntrypoint<Card, List<String>> {

        @Override
        public List<String> run(WorkflowEvent<Card> event, WorkflowStep step) {
            List<String> seen = new ArrayList<>(List.of(verify("a"), verify("b"), measure("c")));
            pay();
            seen.add(step.waitForEvent("wait", WaitOptions.forType("go", String.class))
                    .payload());
            seen.add(verify("d"));
            seen.add(measure("e"));
            seen.add(event.payload().number());
            step.sleep("a replay", "10");
            return seen;
        }

        @Step(aliases = {"test", "check"})
        String verify(String what) {
            return what + " verified";
        }

        @Step(key = "#a0", aliases = "weigh")
        String measure(String what) {
            return what + " measured";
        }

        @Step(retries = 1, delay = "1 hour", aliases = "charge")
        void pay() {
            CHARGED.add(StepContext.current().idempotencyKey());
        }
    }

    @OnEveryDatabase
    void anInstanceThatWaitsGoesOnUnderTheNewNames(TestDatabase database) throws Exception {
        CHARGED.clear();
        String url = database.newUrl();
        try (ConfigurableApplicationContext before = start(url, Before.class)) {
            awaitWaiting(binding(before, "ORDER").create(options("4111")));
        }
        try (ConfigurableApplicationContext after = start(url, After.class)) {
            WorkflowInstance<List<String>> instance = binding(after, "PURCHASE").get("4111");
            assertThat(instance.status().status()).isEqualTo(Status.WAITING);
            instance.sendEvent("go", "gone");
            JdbcClient jdbc = after.getBean(JdbcClient.class);
            jdbc.sql("update workflow_attempt set next_at = started_at").update();
            jdbc.sql("update workflow_instance set due_at = current_timestamp").update();

            assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH))
                    .containsExactly(
                            "a checked", "b checked", "c weighed", "gone", "d verified", "e measured", "number 4111");
            assertThat(instance.status().output()).hasSize(7);
            assertThat(CHARGED).hasSize(2).containsOnly(CHARGED.get(0));
            assertThat(jdbc.sql("""
                            select name || ' ' || occurrence from workflow_step where kind = 'step' order by started_at""").query(String.class).list())
                    .containsExactly("check 1", "check 2", "weigh [c] 1", "charge 1", "verify 3", "measure [e] 1");
        }
    }

    @OnEveryDatabase
    void itsIdIsTakenAndItCanBeSteered(TestDatabase database) throws Exception {
        CHARGED.clear();
        CHARGED.add("none fails");
        String url = database.newUrl();
        try (ConfigurableApplicationContext before = start(url, Before.class)) {
            awaitWaiting(binding(before, "ORDER").create(options("taken")));
        }
        try (ConfigurableApplicationContext after = start(url, After.class)) {
            WorkflowBinding<Card, List<String>> purchases = binding(after, "PURCHASE");
            assertThatExceptionOfType(InstanceAlreadyExistsException.class)
                    .isThrownBy(() -> purchases.create(options("taken")));
            BatchResult<List<String>> batch = purchases.createBatch(List.of(options("taken"), options("free")));
            assertThat(batch.created()).hasSize(1);
            assertThat(batch.errors()).extracting(BatchError::id).containsExactly("taken");
            assertThatExceptionOfType(InstanceNotFoundException.class).isThrownBy(() -> purchases.get("never"));

            assertThat(purchases.list(InstanceQuery.all()).instances())
                    .extracting(InstanceSummary::id)
                    .containsExactly("free", "taken");
            WorkflowInstance<List<String>> instance = purchases.getOrCreate(options("taken"));
            awaitWaiting(instance);
            instance.pause();
            instance.resume();
            instance.restart(RestartFrom.step("verify").occurrence(2));
            instance.sendEvent("go", "gone");

            assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH))
                    .containsExactly(
                            "a checked",
                            "b verified",
                            "c measured",
                            "gone",
                            "d verified",
                            "e measured",
                            "number taken");
            assertThat(after.getBean(JdbcClient.class)
                            .sql("select workflow || ' ' || id from workflow_instance order by id")
                            .query(String.class)
                            .list())
                    .containsExactly("purchase free", "order taken");
        }
    }

    private static ConfigurableApplicationContext start(String url, Class<?> workflow) {
        return TestApplication.on(url, workflow).with(ENCRYPTED).start();
    }

    private static CreateOptions<Card> options(String id) {
        return CreateOptions.of(new Card("number " + id)).withId(id);
    }

    private static void awaitWaiting(WorkflowInstance<?> instance) {
        Awaitility.await().until(() -> instance.status().status() == Status.WAITING);
    }

    @SuppressWarnings("unchecked")
    private static WorkflowBinding<Card, List<String>> binding(ApplicationContext application, String name) {
        return application.getBean(name, WorkflowBinding.class);
    }
}
