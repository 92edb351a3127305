package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.workflows.CreateOptions;
import dev.workflows.InstanceStatus.InstanceError;
import dev.workflows.PayloadCodec;
import dev.workflows.PayloadContext;
import dev.workflows.PayloadException;
import dev.workflows.StepFailedException;
import dev.workflows.WorkflowInstance;
import dev.workflows.test.OnEveryDatabase;
import dev.workflows.test.SharedApplication;
import dev.workflows.test.TestDatabase;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** An application's own way to store payloads. */
class PayloadCodecTests {

    @RegisterExtension
    static final SharedApplication APPLICATION = SharedApplication.of(ScriptedWorkflow.class, Backwards.class)
            .with("workflows.limits.params=1KB", "workflows.limits.result=1KB");

    /** Stores payloads backwards, behind the name of their instance; refuses what a test tells it to. */
    static class Backwards implements PayloadCodec {

        private final Set<String> unencodable = ConcurrentHashMap.newKeySet();
        private final Set<String> undecodable = ConcurrentHashMap.newKeySet();
        private final Set<String> lost = ConcurrentHashMap.newKeySet();

        @Override
        public String encode(String json, PayloadContext context) {
            if (unencodable.contains(json)) {
                throw new IllegalStateException("the vault is closed");
            }
            return lost.contains(json) ? null : prefix(context) + backwards(json);
        }

        @Override
        public String decode(String stored, PayloadContext context) {
            assertThat(stored).startsWith(prefix(context));
            String json = backwards(stored.substring(prefix(context).length()));
            if (undecodable.contains(json)) {
                throw new LinkageError("the vault is empty");
            }
            return json;
        }

        private static String prefix(PayloadContext context) {
            return context.workflowName() + "/" + context.instanceId() + " ";
        }

        private static String backwards(String text) {
            return new StringBuilder(text).reverse().toString();
        }
    }

    @OnEveryDatabase
    void theDatabaseHoldsWhatTheCodecMakesOfParamsResultsAndOutput(TestDatabase database) throws Exception {
        WorkflowInstance<Object> instance = ScriptedWorkflow.create(
                APPLICATION.on(database),
                CreateOptions.<Object>of(Map.of("customer", 42)).withId("coded"),
                (steps, step) -> {
                    steps.text(() -> "first");
                    steps.act(() -> {});
                    step.sleep("pause", "20");
                    return List.of(steps.text(() -> "second"), steps.number(() -> 7));
                });

        assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo(List.of("second", 7));
        assertThat(instance.status().output()).isEqualTo(List.of("second", 7));
        assertThat(texts(database, "select params from workflow_instance where id = 'coded'"))
                .containsExactly("scripted-workflow/coded }24:\"remotsuc\"{");
        assertThat(texts(database, "select output from workflow_instance where id = 'coded'"))
                .containsExactly("scripted-workflow/coded ]7,\"dnoces\"[");
        assertThat(texts(database, """
                        select s.output from workflow_step s join workflow_instance i on i.pk = s.instance_pk
                        where i.id = 'coded' and kind = 'step' order by s.started_at, s.name"""))
                .containsExactly(
                        "scripted-workflow/coded \"tsrif\"",
                        "scripted-workflow/coded llun",
                        "scripted-workflow/coded \"dnoces\"",
                        "scripted-workflow/coded 7");
    }

    @OnEveryDatabase
    void runSeesItsParamsAndAfterAWaitItsResults(TestDatabase database) throws Exception {
        assertThat(ScriptedWorkflow.run(APPLICATION.on(database), (steps, step) -> {
                    String before = steps.text(() -> "before");
                    step.sleep("pause", "20");
                    return before;
                }))
                .isEqualTo("before");
    }

    @OnEveryDatabase
    void paramsThatTheCodecCannotWriteOrReadAreRefused(TestDatabase database) {
        Backwards codec = codec(database);
        codec.unencodable.add("\"a\"");
        codec.undecodable.add("\"b\"");
        codec.lost.add("\"c\"");

        refused(database, "a", "cannot be encoded by Backwards: IllegalStateException: the vault is closed");
        refused(database, "b", "cannot be decoded by Backwards: LinkageError: the vault is empty");
        refused(database, "c", "cannot be encoded by Backwards: NullPointerException: it returned null");
    }

    private static void refused(TestDatabase database, String params, String why) {
        int before = instances(database);
        assertThatExceptionOfType(PayloadException.class)
                .isThrownBy(
                        () -> ScriptedWorkflow.binding(APPLICATION.on(database)).create(CreateOptions.of(params)))
                .withMessage("The params of workflow \"scripted-workflow\" " + why)
                .withCauseInstanceOf(Throwable.class);
        assertThat(instances(database)).isEqualTo(before);
    }

    @OnEveryDatabase
    void aResultThatTheCodecCannotWriteFailsItsStepWithoutARetry(TestDatabase database) throws Exception {
        codec(database).unencodable.add("1001");

        failsOnce(database, 1001, "cannot be encoded by Backwards: IllegalStateException: the vault is closed");
    }

    @OnEveryDatabase
    void aResultThatTheCodecCannotReadBackFailsItsStepWhereItWasMade(TestDatabase database) throws Exception {
        // a number needs no look at its JSON to be known, but at what the codec has made of it
        codec(database).undecodable.add("1002");

        failsOnce(database, 1002, "cannot be decoded by Backwards: LinkageError: the vault is empty");
    }

    private static void failsOnce(TestDatabase database, int result, String why) throws Exception {
        AtomicInteger entered = new AtomicInteger();
        Object seen = ScriptedWorkflow.run(APPLICATION.on(database), (steps, step) -> {
            try {
                return steps.retriedAtOnce(() -> {
                    entered.incrementAndGet();
                    return result;
                });
            } catch (StepFailedException e) {
                return e.errorName() + ": " + e.errorMessage();
            }
        });

        assertThat(seen).isEqualTo("PayloadException: The result of step \"retried at once\" " + why);
        assertThat(entered).hasValue(1);
    }

    @OnEveryDatabase
    void anOutputThatTheCodecCannotWriteEndsTheInstance(TestDatabase database) throws Exception {
        codec(database).unencodable.add("\"output\"");

        InstanceError error = ScriptedWorkflow.failure(APPLICATION.on(database), (steps, step) -> "output");

        assertThat(error.name()).isEqualTo("PayloadException");
        assertThat(error.message())
                .startsWith("The output of instance \"")
                .endsWith("\" cannot be encoded by Backwards: IllegalStateException: the vault is closed");
    }

    @OnEveryDatabase
    void aCheckpointThatTheCodecCannotReadAnyMoreEndsTheInstanceAndNoOther(TestDatabase database) throws Exception {
        InstanceError error = ScriptedWorkflow.failure(APPLICATION.on(database), (steps, step) -> {
            String text = steps.text(() -> "readable at first");
            codec(database).undecodable.add("\"readable at first\"");
            step.sleep("pause", "20");
            return text;
        });

        assertThat(error.name()).isEqualTo("PayloadException");
        assertThat(error.message())
                .isEqualTo(
                        "The result of step \"text\" cannot be decoded by Backwards: LinkageError: the vault is empty");
        assertThat(ScriptedWorkflow.run(APPLICATION.on(database), (steps, step) -> "fine"))
                .isEqualTo("fine");
    }

    @OnEveryDatabase
    void anOutputThatTheCodecCannotReadAnyMoreIsAnErrorOfStatus(TestDatabase database) throws Exception {
        WorkflowInstance<Object> instance =
                ScriptedWorkflow.create(APPLICATION.on(database), (steps, step) -> "read once");
        instance.await(ScriptedWorkflow.LONG_ENOUGH);
        codec(database).undecodable.add("\"read once\"");

        assertThatExceptionOfType(PayloadException.class)
                .isThrownBy(instance::status)
                .withMessageContaining("cannot be decoded by Backwards: LinkageError: the vault is empty");
    }

    @OnEveryDatabase
    void limitsCountTheJsonAndNotWhatTheCodecAdds(TestDatabase database) throws Exception {
        String largest = "x".repeat(1_022);
        WorkflowInstance<Object> instance = ScriptedWorkflow.create(
                APPLICATION.on(database),
                CreateOptions.<Object>of(largest).withId("largest"),
                (steps, step) -> steps.text(() -> largest));

        assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo(largest);
        assertThat(texts(database, "select params from workflow_instance where id = 'largest'"))
                .allSatisfy(params -> assertThat(params).hasSizeGreaterThan(1_024));
        assertThatExceptionOfType(PayloadException.class)
                .isThrownBy(() ->
                        ScriptedWorkflow.binding(APPLICATION.on(database)).create(CreateOptions.of(largest + "x")))
                .withMessageContaining("too large, 1,025 bytes as JSON where the limit is 1,024");
    }

    private static Backwards codec(TestDatabase database) {
        return APPLICATION.on(database).getBean(Backwards.class);
    }

    private static int instances(TestDatabase database) {
        return texts(database, "select id from workflow_instance").size();
    }

    private static List<@Nullable String> texts(TestDatabase database, String query) {
        ApplicationContext application = APPLICATION.on(database);
        return application
                .getBean(JdbcClient.class)
                .sql(query)
                .query(String.class)
                .list();
    }
}
