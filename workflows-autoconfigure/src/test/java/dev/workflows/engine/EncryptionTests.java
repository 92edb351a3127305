package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.workflows.CreateOptions;
import dev.workflows.InstanceFailedException;
import dev.workflows.PayloadException;
import dev.workflows.Status;
import dev.workflows.Step;
import dev.workflows.StepFailedException;
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
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What the database holds of payloads while encryption is switched on, changes its key, and loses one. */
class EncryptionTests {

    private static final String SECRET = "4111-1111";
    private static final String KEY_A = Base64.getEncoder().encodeToString("key a, 16 bytes.".getBytes());
    private static final String KEY_B = Base64.getEncoder().encodeToString("key b, 16 bytes.".getBytes());
    private static final String[] WITH_A = {"workflows.encryption.keys.a=" + KEY_A, "workflows.encryption.active-key=a"
    };
    private static final String[] WITH_A_AND_THEN_B = {
        "workflows.encryption.keys.a=" + KEY_A,
        "workflows.encryption.keys.b=" + KEY_B,
        "workflows.encryption.active-key=b"
    };
    private static final String[] WITH_B = {"workflows.encryption.keys.b=" + KEY_B, "workflows.encryption.active-key=b"
    };

    record Card(String number) {}

    private static final WaitOptions<Card> PAID = WaitOptions.forType("paid", Card.class);

    /** Is written as a text, and cannot be read from one: Jackson says so, and quotes the text. */
    record Unreadable(@JsonValue String text) {

        @JsonCreator
        static Unreadable of(int number) {
            return new Unreadable(String.valueOf(number));
        }
    }

    /** Waits for as long as it is told to between its two steps. */
    @Workflow
    static class CardWorkflow implements WorkflowEntrypoint<Card, List<Card>> {

        @Override
        public List<Card> run(WorkflowEvent<Card> event, WorkflowStep step) {
            Card before = check(event.payload());
            if (event.instanceId().startsWith("failing")) {
                try {
                    fail(before);
                } catch (StepFailedException e) {
                    // its failure is stored
                }
            }
            if (event.instanceId().startsWith("paid")) {
                return List.of(step.waitForEvent("for money", PAID).payload());
            }
            if (event.instanceId().startsWith("long")) {
                step.sleep("until told otherwise", "300 days");
            }
            return List.of(before, charge(before));
        }

        @Step
        Card check(Card card) {
            return card;
        }

        @Step
        Card charge(Card card) {
            return card;
        }

        @Step
        Unreadable fail(Card card) {
            return new Unreadable(card.number());
        }
    }

    /** The same workflow, renamed. */
    @Workflow(name = "payment-card", binding = "CARD_WORKFLOW", aliases = "card-workflow")
    static class RenamedWorkflow extends CardWorkflow {}

    @OnEveryDatabase
    void noTextInAnyTableHoldsWhatIsInAPayload(TestDatabase database) throws Exception {
        try (ConfigurableApplicationContext application = start(database.newUrl(), WITH_A)) {
            create(application, "complete").await(ScriptedWorkflow.LONG_ENOUGH);
            create(application, "failing").await(ScriptedWorkflow.LONG_ENOUGH);
            awaitSleeping(create(application, "long"));
            WorkflowInstance<List<Card>> paid = create(application, "paid");
            paid.sendEvent("paid", new Card(SECRET));
            assertThat(paid.await(ScriptedWorkflow.LONG_ENOUGH)).containsExactly(new Card(SECRET));
            paid.restart();
            paid.sendEvent("unread", new Card(SECRET));

            Map<String, String> everything = everything(application);

            assertThat(everything.keySet())
                    .contains("workflow_instance", "workflow_step", "workflow_attempt", "workflow_event")
                    .contains("workflow_generation");
            assertThat(everything.get("workflow_event")).contains("=unread", "=aes-gcm:a:");
            assertThat(everything.get("workflow_generation")).contains("=aes-gcm:a:");
            assertThat(everything.get("workflow_step"))
                    .contains("aes-gcm:a:", "InvalidFormatException, whose message is left out");
            assertThat(everything).allSatisfy((table, rows) -> assertThat(rows).doesNotContain(SECRET));
        }
    }

    @OnEveryDatabase
    void noTextInAnyTableHoldsAValueThatTheEngineGave(TestDatabase database) throws Exception {
        try (ConfigurableApplicationContext application = TestApplication.on(database.newUrl(), ScriptedWorkflow.class)
                .with(WITH_A)
                .start()) {
            Object token = ScriptedWorkflow.run(application, (steps, step) -> {
                UUID made = step.randomUUID();
                String called = step.call("lambda", String.class, () -> "lambda " + made);
                step.sleep("pause", "20");
                assertThat(called).endsWith(made.toString());
                return made;
            });

            assertThat(everything(application))
                    .allSatisfy((table, rows) -> assertThat(rows).doesNotContain(String.valueOf(token)));
        }
    }

    /** So that the tests above would notice. */
    @OnEveryDatabase
    void withoutEncryptionTheTablesHoldIt(TestDatabase database) throws Exception {
        try (ConfigurableApplicationContext application = start(database.newUrl())) {
            create(application, "failing").await(ScriptedWorkflow.LONG_ENOUGH);

            Map<String, String> everything = everything(application);

            assertThat(everything.get("workflow_instance")).contains(SECRET);
            assertThat(everything.get("workflow_step")).contains(SECRET, "from String \"" + SECRET);
        }
    }

    @OnEveryDatabase
    void whatWasStoredBeforeEncryptionStaysReadable(TestDatabase database) throws Exception {
        String url = database.newUrl();
        try (ConfigurableApplicationContext plain = start(url)) {
            create(plain, "complete").await(ScriptedWorkflow.LONG_ENOUGH);
            awaitSleeping(create(plain, "long"));
        }
        try (ConfigurableApplicationContext encrypting = start(url, WITH_A)) {
            assertThat(binding(encrypting).get("complete").status().output()).hasSize(2);
            assertThat(wake(encrypting, "long")).containsOnly(new Card(SECRET));
            assertThat(steps(encrypting, "long")).hasSize(2).first().isEqualTo("{\"number\":\"" + SECRET + "\"}");
            assertThat(steps(encrypting, "long").get(1)).startsWith("aes-gcm:a:");
        }
    }

    @OnEveryDatabase
    void anInstanceOutlivesAChangeOfTheKey(TestDatabase database) throws Exception {
        String url = database.newUrl();
        try (ConfigurableApplicationContext first = start(url, WITH_A)) {
            awaitSleeping(create(first, "long"));
        }
        try (ConfigurableApplicationContext second = start(url, WITH_A_AND_THEN_B)) {
            assertThat(wake(second, "long")).containsOnly(new Card(SECRET));

            assertThat(value(second, "select params from workflow_instance")).startsWith("aes-gcm:a:");
            assertThat(steps(second, "long").get(0)).startsWith("aes-gcm:a:");
            assertThat(steps(second, "long").get(1)).startsWith("aes-gcm:b:");
            assertThat(value(second, "select output from workflow_instance")).startsWith("aes-gcm:b:");
        }
    }

    @OnEveryDatabase
    void anInstanceOutlivesARenameOfItsWorkflow(TestDatabase database) throws Exception {
        String url = database.newUrl();
        try (ConfigurableApplicationContext before = start(url, WITH_A)) {
            awaitSleeping(create(before, "long"));
            create(before, "complete").await(ScriptedWorkflow.LONG_ENOUGH);
            create(before, "paid");
        }
        try (ConfigurableApplicationContext after =
                TestApplication.on(url, RenamedWorkflow.class).with(WITH_A).start()) {
            assertThat(wake(after, "long")).containsOnly(new Card(SECRET));
            assertThat(binding(after).get("complete").status().output()).containsOnly(new Card(SECRET));
            binding(after).get("paid").sendEvent("paid", new Card(SECRET));
            assertThat(binding(after).get("paid").await(ScriptedWorkflow.LONG_ENOUGH))
                    .containsOnly(new Card(SECRET));
        }
    }

    @OnEveryDatabase
    void aPayloadWhoseKeyIsGoneIsAnErrorThatNamesTheKey(TestDatabase database) throws Exception {
        String url = database.newUrl();
        try (ConfigurableApplicationContext first = start(url, WITH_A)) {
            awaitSleeping(create(first, "long"));
            create(first, "complete").await(ScriptedWorkflow.LONG_ENOUGH);
        }
        try (ConfigurableApplicationContext second = start(url, WITH_B)) {
            String missing = "it was encrypted with the key \"a\", which this node does not have: there are \"b\"";
            assertThatExceptionOfType(PayloadException.class)
                    .isThrownBy(() -> binding(second).get("complete").status())
                    .withMessageStartingWith("The output of instance \"complete\" cannot be decoded by")
                    .withMessageContaining(missing);
            assertThatExceptionOfType(InstanceFailedException.class)
                    .isThrownBy(() -> wake(second, "long"))
                    .withMessageContaining("The params of instance \"long\" cannot be decoded by")
                    .withMessageContaining(missing);
            assertThat(create(second, "new").await(ScriptedWorkflow.LONG_ENOUGH))
                    .hasSize(2);
        }
    }

    @OnEveryDatabase
    void aCheckpointThatWasChangedOrMovedIsNotBelieved(TestDatabase database) throws Exception {
        try (ConfigurableApplicationContext application = start(database.newUrl(), WITH_A)) {
            for (String id : List.of("long-1", "long-2", "long-3")) {
                awaitSleeping(create(application, id));
            }
            replaceStep(application, "long-1", steps(application, "long-3").get(0));
            String changed = steps(application, "long-2").get(0);
            replaceStep(
                    application,
                    "long-2",
                    changed.substring(0, 20) + (changed.charAt(20) == 'A' ? 'B' : 'A') + changed.substring(21));

            for (String id : List.of("long-1", "long-2")) {
                assertThatExceptionOfType(InstanceFailedException.class)
                        .isThrownBy(() -> wake(application, id))
                        .withMessageContaining("The result of step \"check\" cannot be decoded by AesGcmPayloadCodec: "
                                + "it does not decrypt with the key \"a\": it was changed in the database, belongs to "
                                + "another instance");
            }
            assertThat(wake(application, "long-3")).hasSize(2);
        }
    }

    private static ConfigurableApplicationContext start(String url, String... properties) {
        return TestApplication.on(url, CardWorkflow.class)
                .with("workflows.worker.poll-interval=100ms")
                .with(properties)
                .start();
    }

    private static WorkflowInstance<List<Card>> create(ApplicationContext application, String id) {
        return binding(application).create(CreateOptions.of(new Card(SECRET)).withId(id));
    }

    private static void awaitSleeping(WorkflowInstance<?> instance) {
        await().atMost(ScriptedWorkflow.LONG_ENOUGH)
                .until(() -> instance.status().status() == Status.WAITING);
    }

    /** Ends the sleep of an instance, and awaits its end. */
    private static List<Card> wake(ApplicationContext application, String id) throws InterruptedException {
        JdbcClient jdbc = application.getBean(JdbcClient.class);
        jdbc.sql("update workflow_step set wake_at = started_at where kind = 'sleep' and instance_pk = " + pk(id))
                .update();
        jdbc.sql("update workflow_instance set due_at = current_timestamp where pk = " + pk(id))
                .update();
        return binding(application).get(id).await(ScriptedWorkflow.LONG_ENOUGH);
    }

    private static void replaceStep(ApplicationContext application, String id, String stored) {
        application
                .getBean(JdbcClient.class)
                .sql("update workflow_step set output = ? where kind = 'step' and instance_pk = " + pk(id))
                .param(stored)
                .update();
    }

    /** The stored results of an instance's steps. */
    private static List<@Nullable String> steps(ApplicationContext application, String id) {
        return application
                .getBean(JdbcClient.class)
                .sql("select output from workflow_step where kind = 'step' and instance_pk = " + pk(id)
                        + " order by started_at, name desc")
                .query(String.class)
                .list();
    }

    private static String pk(String id) {
        return "(select pk from workflow_instance where id = '" + id + "')";
    }

    private static String value(ApplicationContext application, String query) {
        return application
                .getBean(JdbcClient.class)
                .sql(query)
                .query(String.class)
                .single();
    }

    /** The rows of every table of ours, in which no column is left out. */
    private static Map<String, String> everything(ApplicationContext application) {
        JdbcClient jdbc = application.getBean(JdbcClient.class);
        Map<String, String> tables = new LinkedHashMap<>();
        jdbc.sql("select table_name from information_schema.tables where lower(table_name) like 'workflow%'")
                .query(String.class)
                .list()
                .forEach(table -> tables.put(
                        table.toLowerCase(Locale.ROOT),
                        jdbc.sql("select * from \"" + table + "\"")
                                .query()
                                .listOfRows()
                                .toString()));
        return tables;
    }

    @SuppressWarnings("unchecked")
    private static WorkflowBinding<Card, List<Card>> binding(ApplicationContext application) {
        return application.getBean("CARD_WORKFLOW", WorkflowBinding.class);
    }
}
