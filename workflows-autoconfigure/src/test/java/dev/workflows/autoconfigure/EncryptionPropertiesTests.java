package dev.workflows.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.workflows.PayloadCodec;
import dev.workflows.PayloadContext;
import dev.workflows.autoconfigure.WorkflowsProperties.Encryption;
import dev.workflows.test.TestApplication;
import dev.workflows.test.TestDatabase;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Keys in application.yml: used if they can be, refused by name if not, and shown never. */
@ExtendWith(OutputCaptureExtension.class)
class EncryptionPropertiesTests {

    /** 32 bytes. */
    private static final String KEY = "c2VjcmV0IGtleSBvZiAzMiBieXRlcyAoMTIzNDU2Nzg=";

    private static final PayloadContext CONTEXT = new PayloadContext("report-workflow", "r-1");

    @Test
    void storesPlainJsonWithoutKeys() {
        assertThat(ConfiguredEncryption.codec(new Encryption(Map.of(), null, true)))
                .isNull();
    }

    @Test
    void takesKeysFromYaml() {
        StartUp.yaml(StartUp.withoutDatabase(), """
                workflows.encryption:
                  active-key: 2026
                  keys:
                    2025: %s
                    2026: "%s"
                """.formatted(KEY, KEY)).run(context -> {
            assertThat(context).hasNotFailed();
            Encryption encryption = context.getBean(WorkflowsProperties.class).encryption();
            PayloadCodec codec = ConfiguredEncryption.codec(encryption);
            assertThat(codec.encode("42", CONTEXT)).startsWith("aes-gcm:2026:");
            assertThat(encryption.keys()).containsOnlyKeys("2025", "2026");
        });
    }

    @Test
    void takesKeysFromEnvironmentVariables() {
        StartUp.variables(
                        StartUp.withoutDatabase(),
                        "WORKFLOWS_ENCRYPTION_ACTIVEKEY=main",
                        "WORKFLOWS_ENCRYPTION_KEYS_MAIN=" + KEY)
                .run(context -> assertThat(
                                context.getBean(WorkflowsProperties.class).encryption())
                        .isEqualTo(new Encryption(Map.of("main", KEY), "main", true)));
    }

    @Test
    void readsPlainJsonUnlessThatIsSwitchedOff() {
        String[] keys = {"workflows.encryption.keys.a=" + KEY, "workflows.encryption.active-key=a"};
        StartUp.withoutDatabase()
                .withPropertyValues(keys)
                .run(context -> assertThat(ConfiguredEncryption.codec(context.getBean(WorkflowsProperties.class)
                                        .encryption())
                                .decode("42", CONTEXT))
                        .isEqualTo("42"));
        StartUp.withoutDatabase()
                .withPropertyValues(keys)
                .withPropertyValues("workflows.encryption.accept-plain-text=false")
                .run(context -> assertThatThrownBy(
                                () -> ConfiguredEncryption.codec(context.getBean(WorkflowsProperties.class)
                                                .encryption())
                                        .decode("42", CONTEXT))
                        .hasMessageContaining("it is not encrypted"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            keys.a: $hush$            | active-key: a | The property "workflows.encryption.keys.a" is not Base64.
            keys.a: c2VjcmV0          | active-key: a | "workflows.encryption.keys.a" holds 6 bytes in Base64: an AES key has 16, 24 or 32.
            keys.a: ""                | active-key: a | "workflows.encryption.keys.a" holds 0 bytes in Base64
            keys.a: KEY               | keys.b: KEY   | The property "workflows.encryption.active-key" is missing
            keys.a: KEY               | active-key: b | The property "workflows.encryption.active-key" names no key: "b".
            other: 1                  | active-key: b | "workflows.encryption.other"
            "keys[a b]": KEY          | active-key: a b | The key id "a b" is malformed
            key.a: KEY                | active-key: a | "workflows.encryption.key.a" is unknown
            keys: KEY                 | active-key: a | "workflows.encryption.keys" is unknown, or not what it should be
            """)
    void refusesWhatCannotBeUsedWithoutShowingIt(String one, String other, String why) {
        String yaml =
                "workflows.encryption:\n  %s\n  %s\n".formatted(one, other).replace("KEY", KEY);

        StartUp.yaml(StartUp.withoutDatabase(), yaml).run(context -> {
            assertThat(context).hasFailed();
            assertThat(StartUp.explanation(context.getStartupFailure()))
                    .contains(why, "Action: ")
                    .doesNotContain("c2VjcmV0", "$hush$");
        });
    }

    @Test
    void saysWhichKeysThereAreToChooseFrom() {
        StartUp.withoutDatabase()
                .withPropertyValues("workflows.encryption.keys.b=" + KEY, "workflows.encryption.keys.a=" + KEY)
                .run(context -> assertThat(StartUp.explanation(context.getStartupFailure()))
                        .contains("Action: Use one of \"a\", \"b\"."));
        StartUp.withoutDatabase()
                .withPropertyValues("workflows.encryption.active-key=a")
                .run(context -> assertThat(StartUp.explanation(context.getStartupFailure()))
                        .contains("Action: Add a key as workflows.encryption.keys.a."));
        StartUp.withoutDatabase()
                .withPropertyValues("workflows.encryption.accept-plain-text=false")
                .run(context -> assertThat(StartUp.explanation(context.getStartupFailure()))
                        .contains("The property \"workflows.encryption.active-key\" is missing")
                        .contains("Action: Add a key as workflows.encryption.keys.<id>."));
    }

    @Test
    void refusesKeysBesideACodecOfTheApplication() {
        StartUp.withoutDatabase(PayloadCodecChoiceTests.Unchanged.class)
                .withPropertyValues("workflows.encryption.keys.a=" + KEY, "workflows.encryption.active-key=a")
                .run(context -> {
                    assertThat(context).hasFailed();
                    assertThat(StartUp.explanation(context.getStartupFailure()))
                            .contains("by the PayloadCodec bean \"", "workflows.encryption would have no effect");
                });
    }

    @Test
    void noStartThatFailsPrintsAKey(CapturedOutput output) {
        for (String property : new String[] {"keys.a=%s!", "key.a=%s", "keys=%s", "keys.a.b=%s", "active-key.a=%s"}) {
            assertThatThrownBy(() -> TestApplication.on(TestDatabase.H2.newUrl())
                            .with("debug=true", "workflows.encryption." + property.formatted(KEY))
                            .start()
                            .close())
                    .isNotNull();
        }

        assertThat(output).contains("APPLICATION FAILED TO START").doesNotContain(KEY.substring(0, 12));
    }

    @Test
    void noPropertiesPrintAKey() {
        StartUp.withoutDatabase()
                .withPropertyValues("workflows.encryption.keys.a=" + KEY, "workflows.encryption.active-key=a")
                .run(context -> assertThat(
                                context.getBean(WorkflowsProperties.class).toString())
                        .contains("Encryption[keys=[a], activeKey=a, acceptPlainText=true]")
                        .doesNotContain(KEY));
    }
}
