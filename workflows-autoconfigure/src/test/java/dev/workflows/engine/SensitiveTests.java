package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.workflows.CreateOptions;
import dev.workflows.InstanceFailedException;
import dev.workflows.InstanceStatus;
import dev.workflows.PayloadException;
import dev.workflows.RestartFrom;
import dev.workflows.Sensitive;
import dev.workflows.Status;
import dev.workflows.Step;
import dev.workflows.StepFailedException;
import dev.workflows.StepOptions;
import dev.workflows.WaitOptions;
import dev.workflows.Workflow;
import dev.workflows.WorkflowBinding;
import dev.workflows.WorkflowEntrypoint;
import dev.workflows.WorkflowEvent;
import dev.workflows.WorkflowInstance;
import dev.workflows.WorkflowStep;
import dev.workflows.test.OnEveryDatabase;
import dev.workflows.test.SharedApplication;
import dev.workflows.test.TestApplication;
import dev.workflows.test.TestDatabase;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;

/** What is sensitive is stored and passed on, and not shown. */
@ExtendWith(OutputCaptureExtension.class)
class SensitiveTests {

    private static final String SECRET = "4111-1111";

    @RegisterExtension
    static final SharedApplication APPLICATION = SharedApplication.of(
            CardWorkflow.class,
            OpenWorkflow.class,
            BrokenParamsWorkflow.class,
            BrokenOutputWorkflow.class,
            EventWorkflow.class);

    record Card(String number) {}

    /** Is written as a text, and cannot be read from one: Jackson says so, and quotes the text. */
    record Unreadable(@JsonValue String text) {

        @JsonCreator
        static Unreadable of(int number) {
            return new Unreadable(String.valueOf(number));
        }
    }

    /** Cannot be written, and says of which value. */
    record Unwritable(String secret) {

        @JsonValue
        String text() {
            throw new IllegalStateException("cannot write " + secret);
        }
    }

    @Workflow(sensitive = {Sensitive.PARAMS, Sensitive.OUTPUT})
    static class CardWorkflow implements WorkflowEntrypoint<Card, List<Card>> {

        @Override
        public List<Card> run(WorkflowEvent<Card> event, WorkflowStep step) throws Exception {
            Card issued = issue(event.payload());
            step.call("lambda", Card.class, StepOptions.defaults().withSensitiveResult(), () -> issued);
            step.sleep("pause", "20");
            if (event.instanceId().startsWith("failing")) {
                throw new IllegalStateException("declined");
            }
            if (event.instanceId().startsWith("broken")) {
                attempt(() -> unreadable(issued));
                attempt(() -> unwritable(issued));
            }
            return List.of(issued, print(issued));
        }

        private static void attempt(java.util.concurrent.Callable<?> step) throws Exception {
            try {
                step.call();
            } catch (StepFailedException e) {
                // its failure is stored and logged
            }
        }

        @Step(sensitive = true)
        Card issue(Card card) {
            return card;
        }

        @Step(sensitive = true)
        Unreadable unreadable(Card card) {
            return new Unreadable(card.number());
        }

        @Step(sensitive = true)
        Unwritable unwritable(Card card) {
            return new Unwritable(card.number());
        }

        @Step
        Card print(Card card) {
            return card;
        }
    }

    @Workflow
    static class OpenWorkflow implements WorkflowEntrypoint<Card, Card> {
        @Override
        public Card run(WorkflowEvent<Card> event, WorkflowStep step) {
            return event.payload();
        }
    }

    @Workflow(sensitive = Sensitive.PARAMS)
    static class BrokenParamsWorkflow implements WorkflowEntrypoint<Unreadable, String> {
        @Override
        public String run(WorkflowEvent<Unreadable> event, WorkflowStep step) {
            return "never";
        }
    }

    @Workflow(sensitive = Sensitive.OUTPUT)
    static class BrokenOutputWorkflow implements WorkflowEntrypoint<Card, Unreadable> {
        @Override
        public Unreadable run(WorkflowEvent<Card> event, WorkflowStep step) {
            return new Unreadable(event.payload().number());
        }
    }

    @Workflow(sensitive = {Sensitive.EVENTS, Sensitive.OUTPUT})
    static class EventWorkflow implements WorkflowEntrypoint<Card, Card> {
        @Override
        public Card run(WorkflowEvent<Card> event, WorkflowStep step) {
            if (event.instanceId().startsWith("broken")) {
                step.waitForEvent("for a number", WaitOptions.forType("paid", Integer.class));
            }
            return step.waitForEvent("for money", WaitOptions.forType("paid", Card.class))
                    .payload();
        }
    }

    /** The same workflow as {@link OpenWorkflow}, in a later version. */
    @Workflow(name = "open-workflow", sensitive = Sensitive.OUTPUT)
    static class ClosedWorkflow extends OpenWorkflow {}

    @OnEveryDatabase
    void aSensitiveOutputIsRedactedInItsStatusAndHandedToWhoAwaitsIt(TestDatabase database) throws Exception {
        WorkflowInstance<List<Card>> instance = create(database, "CARD_WORKFLOW", "shown");

        assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo(List.of(new Card(SECRET), new Card(SECRET)));

        InstanceStatus<List<Card>> status = instance.status();
        assertThat(status.status()).isEqualTo(Status.COMPLETE);
        assertThat(status.output()).isNull();
        assertThat(status.redacted()).isTrue();
        assertThat(JsonMapper.shared().writeValueAsString(status))
                .isEqualTo("{\"status\":\"complete\",\"output\":\"[REDACTED]\"}");
    }

    @OnEveryDatabase
    void nothingIsRedactedWhereNothingIsSensitiveOrThereIsNoOutput(TestDatabase database) throws Exception {
        WorkflowInstance<Card> open = create(database, "OPEN_WORKFLOW", "open");
        open.await(ScriptedWorkflow.LONG_ENOUGH);
        WorkflowInstance<List<Card>> failing = create(database, "CARD_WORKFLOW", "failing");
        assertThatExceptionOfType(InstanceFailedException.class)
                .isThrownBy(() -> failing.await(ScriptedWorkflow.LONG_ENOUGH))
                .satisfies(e -> assertThat(e.status().redacted()).isFalse());

        assertThat(open.status()).isEqualTo(new InstanceStatus<>(Status.COMPLETE, new Card(SECRET), null));
        assertThat(failing.status())
                .isEqualTo(new InstanceStatus<>(
                        Status.ERRORED, null, new InstanceStatus.InstanceError("IllegalStateException", "declined")));
    }

    @OnEveryDatabase
    void rowsThatMustNotBeShownAreMarked(TestDatabase database) throws Exception {
        create(database, "CARD_WORKFLOW", "marked").await(ScriptedWorkflow.LONG_ENOUGH);
        create(database, "OPEN_WORKFLOW", "unmarked").await(ScriptedWorkflow.LONG_ENOUGH);

        assertThat(texts(database, "select id from workflow_instance where sensitive_params and sensitive_output"))
                .contains("marked")
                .doesNotContain("unmarked");
        assertThat(texts(database, "select id from workflow_instance where sensitive_params or sensitive_output"))
                .doesNotContain("unmarked");
        assertThat(texts(database, """
                        select s.name from workflow_step s join workflow_instance i on i.pk = s.instance_pk
                        where i.id = 'marked' and s.sensitive""")).containsExactlyInAnyOrder("issue", "lambda");
    }

    @OnEveryDatabase
    void whatSensitiveEventsCarryIsPassedOnAndMarked(TestDatabase database) throws Exception {
        WorkflowInstance<Card> instance = create(database, "EVENT_WORKFLOW", "event");
        instance.sendEvent("paid", new Card(SECRET));

        assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo(new Card(SECRET));

        String ofTheInstance = " join workflow_instance i on i.pk = instance_pk where i.id = 'event' and sensitive";
        assertThat(texts(database, "select type from workflow_event" + ofTheInstance))
                .containsExactly("paid");
        assertThat(texts(database, "select name from workflow_step" + ofTheInstance))
                .containsExactly("for money");
    }

    @OnEveryDatabase
    void noErrorQuotesWhatASensitiveEventCarries(TestDatabase database) {
        WorkflowInstance<Card> instance = create(database, "EVENT_WORKFLOW", "broken-event");

        assertThatExceptionOfType(PayloadException.class)
                .isThrownBy(() -> instance.sendEvent("paid", new Unwritable(SECRET)))
                .withMessageContaining("The payload of event \"paid\" cannot be written as JSON from")
                .withMessageContaining(", whose message is left out")
                .withMessageNotContaining(SECRET)
                .withNoCause();
        instance.sendEvent("paid", SECRET);
        assertThatExceptionOfType(InstanceFailedException.class)
                .isThrownBy(() -> instance.await(ScriptedWorkflow.LONG_ENOUGH))
                .withMessageContaining(
                        "The payload of the event that wait \"for a number\" received cannot be read back")
                .withMessageContaining(", whose message is left out")
                .withMessageNotContaining(SECRET);
        assertThat(texts(database, "select error_stack from workflow_instance where id = 'broken-event'"))
                .allSatisfy(stack -> assertThat(stack).doesNotContain(SECRET));
    }

    @OnEveryDatabase
    void whatEarlierGenerationsReturnedStaysMarked(TestDatabase database) throws Exception {
        WorkflowInstance<List<Card>> instance = create(database, "CARD_WORKFLOW", "again");
        instance.await(ScriptedWorkflow.LONG_ENOUGH);
        instance.restart(RestartFrom.step("print"));
        instance.await(ScriptedWorkflow.LONG_ENOUGH);

        assertThat(texts(database, """
                        select i.id from workflow_generation g join workflow_instance i on i.pk = g.instance_pk
                        where i.id = 'again' and g.sensitive_output and i.sensitive_output""")).hasSize(1);
        assertThat(texts(database, """
                        select s.name || ' ' || s.generation from workflow_step s
                        join workflow_instance i on i.pk = s.instance_pk
                        where i.id = 'again' and s.sensitive order by s.generation, s.name""")).containsExactly("issue 1", "lambda 1", "issue 2", "lambda 2");
    }

    @OnEveryDatabase
    void whatIsSensitiveIsStoredAsUsual(TestDatabase database) throws Exception {
        create(database, "CARD_WORKFLOW", "stored").await(ScriptedWorkflow.LONG_ENOUGH);

        String json = "{\"number\":\"4111-1111\"}";
        assertThat(texts(database, "select params from workflow_instance where id = 'stored'"))
                .containsExactly(json);
        assertThat(texts(database, "select output from workflow_instance where id = 'stored'"))
                .containsExactly("[" + json + "," + json + "]");
        assertThat(texts(database, """
                        select s.output from workflow_step s join workflow_instance i on i.pk = s.instance_pk
                        where i.id = 'stored' and s.sensitive""")).containsExactly(json, json);
    }

    @OnEveryDatabase
    void noErrorAndNoLogQuotesASensitiveValue(TestDatabase database, CapturedOutput output) throws Exception {
        LoggingSystem logging = LoggingSystem.get(getClass().getClassLoader());
        ApplicationContext application = APPLICATION.on(database);
        logging.setLogLevel("dev.workflows", LogLevel.TRACE);
        try {
            create(database, "CARD_WORKFLOW", "broken").await(ScriptedWorkflow.LONG_ENOUGH);
            WorkflowInstance<?> unreadable = create(database, "BROKEN_OUTPUT_WORKFLOW", "broken-output");
            assertThatExceptionOfType(InstanceFailedException.class)
                    .isThrownBy(() -> unreadable.await(ScriptedWorkflow.LONG_ENOUGH))
                    .withMessageContaining("The output of instance \"broken-output\" cannot be read back from JSON as")
                    .withMessageEndingWith(
                            "InvalidFormatException, whose message is left out, since it may quote the value")
                    .withMessageNotContaining(SECRET);
        } finally {
            logging.setLogLevel("dev.workflows", null);
        }

        assertThat(output.getAll())
                .contains("instance=broken step=unreadable attempt=1 failed")
                .doesNotContain(SECRET);
        assertThat(texts(database, "select error_message from workflow_step where error_name = 'PayloadException'"))
                .hasSize(2)
                .anySatisfy(message -> assertThat(message)
                        .startsWith("The result of step \"unreadable\" cannot be read back from JSON as")
                        .endsWith("InvalidFormatException, whose message is left out, since it may quote the value"))
                .anySatisfy(message -> assertThat(message)
                        .startsWith("The result of step \"unwritable\" cannot be written as JSON from")
                        .contains(", whose message is left out"));
        for (String table : List.of("workflow_instance", "workflow_step", "workflow_attempt")) {
            assertThat(texts(database, "select concat(error_message, error_stack) from " + table))
                    .allSatisfy(error -> assertThat(error).doesNotContain(SECRET));
        }
        assertThat(application).isNotNull();
    }

    @OnEveryDatabase
    void refusedParamsAreNotQuoted(TestDatabase database) {
        WorkflowBinding<Unreadable, String> binding = binding(APPLICATION.on(database), "BROKEN_PARAMS_WORKFLOW");

        assertThatExceptionOfType(PayloadException.class)
                .isThrownBy(() -> binding.create(new Unreadable(SECRET)))
                .withMessageContaining(
                        "The params of workflow \"broken-params-workflow\" cannot be read back from JSON")
                .withMessageContaining("InvalidFormatException, whose message is left out")
                .withNoCause()
                .satisfies(e -> assertThat(e).asString().doesNotContain(SECRET));
    }

    @OnEveryDatabase
    void whatBecomesSensitiveOrNoLongerIsStaysRedacted(TestDatabase database) throws Exception {
        String url = database.newUrl();
        try (ConfigurableApplicationContext open =
                TestApplication.on(url, OpenWorkflow.class).start()) {
            create(open, "OPEN_WORKFLOW", "before").await(ScriptedWorkflow.LONG_ENOUGH);
        }
        try (ConfigurableApplicationContext closed =
                TestApplication.on(url, ClosedWorkflow.class).start()) {
            assertThat(status(closed, "before").redacted()).isTrue();
            create(closed, "OPEN_WORKFLOW", "after").await(ScriptedWorkflow.LONG_ENOUGH);
        }
        try (ConfigurableApplicationContext open =
                TestApplication.on(url, OpenWorkflow.class).start()) {
            assertThat(status(open, "before").output()).isEqualTo(new Card(SECRET));
            assertThat(status(open, "after").redacted()).isTrue();
        }
    }

    private static InstanceStatus<Card> status(ApplicationContext application, String id) {
        return SensitiveTests.<Card, Card>binding(application, "OPEN_WORKFLOW")
                .get(id)
                .status();
    }

    private static <R> WorkflowInstance<R> create(TestDatabase database, String binding, String id) {
        return create(APPLICATION.on(database), binding, id);
    }

    private static <R> WorkflowInstance<R> create(ApplicationContext application, String binding, String id) {
        return SensitiveTests.<Card, R>binding(application, binding)
                .create(CreateOptions.of(new Card(SECRET)).withId(id));
    }

    private static List<@Nullable String> texts(TestDatabase database, String query) {
        return APPLICATION
                .on(database)
                .getBean(JdbcClient.class)
                .sql(query)
                .query(String.class)
                .list();
    }

    @SuppressWarnings("unchecked")
    private static <P, R> WorkflowBinding<P, R> binding(ApplicationContext application, String name) {
        return application.getBean(name, WorkflowBinding.class);
    }
}
