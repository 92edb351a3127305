package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.workflows.CreateOptions;
import dev.workflows.InstanceFailedException;
import dev.workflows.PayloadException;
import dev.workflows.StepFailedException;
import dev.workflows.WaitOptions;
import dev.workflows.WorkflowInstance;
import dev.workflows.test.OnEveryDatabase;
import dev.workflows.test.SharedApplication;
import dev.workflows.test.TestApplication;
import dev.workflows.test.TestDatabase;
import java.util.Base64;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The limits as they are by default, to the byte, with and without encryption. */
class PayloadLimitTests {

    private static final int MEGABYTE = 1024 * 1024;

    @RegisterExtension
    static final SharedApplication PLAIN = SharedApplication.of(ScriptedWorkflow.class);

    @RegisterExtension
    static final SharedApplication ENCRYPTED = SharedApplication.of(ScriptedWorkflow.class)
            .with(
                    "workflows.encryption.keys.a=" + Base64.getEncoder().encodeToString("key a, 16 bytes.".getBytes()),
                    "workflows.encryption.active-key=a");

    enum Storing {
        PLAIN_TEXT,
        ENCRYPTED;

        ApplicationContext on(TestDatabase database) {
            return (this == ENCRYPTED ? PayloadLimitTests.ENCRYPTED : PLAIN).on(database);
        }
    }

    static Stream<Arguments> everyWay() {
        return Stream.of(TestDatabase.values())
                .flatMap(database -> Stream.of(Storing.values()).map(storing -> Arguments.of(database, storing)));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("everyWay")
    void paramsOfExactlyTheLimitPassAndOneByteMoreIsRefused(TestDatabase database, Storing storing) throws Exception {
        ApplicationContext application = storing.on(database);

        assertThat(ScriptedWorkflow.create(
                                application,
                                CreateOptions.<Object>of(json(MEGABYTE)).withId("largest"),
                                (steps, step) -> "done")
                        .await(ScriptedWorkflow.LONG_ENOUGH))
                .isEqualTo("done");
        assertThatExceptionOfType(PayloadException.class)
                .isThrownBy(() -> ScriptedWorkflow.binding(application)
                        .create(CreateOptions.<Object>of(json(MEGABYTE + 1)).withId("larger")))
                .withMessage(
                        "The params of workflow \"scripted-workflow\": too large, 1,048,577 bytes as JSON where the "
                                + "limit is 1,048,576");
        assertThat(application
                        .getBean(JdbcClient.class)
                        .sql("select id from workflow_instance where id in ('largest', 'larger')")
                        .query(String.class)
                        .list())
                .containsExactly("largest");
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("everyWay")
    void aResultOfExactlyTheLimitIsStoredAndOneByteMoreFailsItsStep(TestDatabase database, Storing storing)
            throws Exception {
        Object seen = ScriptedWorkflow.run(storing.on(database), (steps, step) -> {
            int length = steps.text(() -> json(MEGABYTE)).length();
            try {
                return steps.text(() -> json(MEGABYTE + 1));
            } catch (StepFailedException e) {
                return length + ", " + e.errorMessage();
            }
        });

        assertThat(seen)
                .isEqualTo(
                        "1048574, The result of step \"text-2\": too large, 1,048,577 bytes as JSON where the limit is "
                                + "1,048,576");
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("everyWay")
    void anOutputOfExactlyTheLimitIsStoredAndOneByteMoreEndsTheInstance(TestDatabase database, Storing storing)
            throws Exception {
        ApplicationContext application = storing.on(database);

        assertThat(ScriptedWorkflow.run(application, (steps, step) -> json(MEGABYTE)))
                .isEqualTo(json(MEGABYTE));
        assertThatExceptionOfType(InstanceFailedException.class)
                .isThrownBy(() -> ScriptedWorkflow.run(application, (steps, step) -> json(MEGABYTE + 1)))
                .withMessageContaining(": too large, 1,048,577 bytes as JSON where the limit is 1,048,576");
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("everyWay")
    void anEventOfExactlyTheLimitArrivesAndOneByteMoreIsRefused(TestDatabase database, Storing storing)
            throws Exception {
        WorkflowInstance<Object> instance = ScriptedWorkflow.create(
                storing.on(database),
                (steps, step) -> step.waitForEvent("for text", WaitOptions.forType("text", String.class))
                        .payload()
                        .length());

        assertThatExceptionOfType(PayloadException.class)
                .isThrownBy(() -> instance.sendEvent("text", json(MEGABYTE + 1)))
                .withMessage("The payload of event \"text\": too large, 1,048,577 bytes as JSON where the limit is "
                        + "1,048,576");
        instance.sendEvent("text", json(MEGABYTE));

        assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo(MEGABYTE - 2);
    }

    @OnEveryDatabase
    void eachLimitIsItsOwn(TestDatabase database) throws Exception {
        try (ConfigurableApplicationContext application = TestApplication.on(database.newUrl(), ScriptedWorkflow.class)
                .with("workflows.limits.params=30B", "workflows.limits.result=20B", "workflows.limits.event=10B")
                .start()) {
            WorkflowInstance<Object> instance = ScriptedWorkflow.create(
                    application,
                    CreateOptions.<Object>of(json(30)).withId("small"),
                    (steps, step) -> steps.text(() -> json(20)));

            assertThatExceptionOfType(PayloadException.class)
                    .isThrownBy(() -> instance.sendEvent("text", json(11)))
                    .withMessageContaining("11 bytes as JSON where the limit is 10");
            assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo(json(20));
        }
    }

    /** A text that has so many bytes as JSON, which adds its quotes. */
    private static String json(int bytes) {
        return "x".repeat(bytes - 2);
    }
}
