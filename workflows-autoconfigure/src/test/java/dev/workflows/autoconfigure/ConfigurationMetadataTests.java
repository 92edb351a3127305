package dev.workflows.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What an editor offers in application.yml. */
class ConfigurationMetadataTests {

    private final JsonNode metadata = read();

    @Test
    void describesEveryProperty() {
        List<JsonNode> properties = ours("properties");

        assertThat(properties.stream().map(node -> node.path("name").asString()))
                .contains(
                        "workflows.enabled",
                        "workflows.schema.mode",
                        "workflows.worker.enabled",
                        "workflows.worker.concurrency",
                        "workflows.worker.poll-interval",
                        "workflows.worker.lease",
                        "workflows.worker.shutdown-timeout",
                        "workflows.worker.interrupt-grace",
                        "workflows.defaults.retries",
                        "workflows.defaults.delay",
                        "workflows.defaults.backoff",
                        "workflows.defaults.max-delay",
                        "workflows.defaults.jitter",
                        "workflows.defaults.timeout",
                        "workflows.retention.success",
                        "workflows.retention.error",
                        "workflows.limits.params",
                        "workflows.limits.result",
                        "workflows.limits.event",
                        "workflows.encryption.keys",
                        "workflows.encryption.active-key",
                        "workflows.encryption.accept-plain-text",
                        "workflows.replay-check",
                        "workflows.definitions")
                .doesNotHaveDuplicates();
        assertThat(properties)
                .allSatisfy(property -> assertThat(property.path("description").asString(""))
                        .as(property.path("name").asString())
                        .endsWith("."));
    }

    @Test
    void namesTheDefaultOfEveryPropertyThatHasOne() {
        assertThat(ours("properties").stream()
                        .filter(property -> property.has("defaultValue"))
                        .collect(Collectors.toMap(
                                property -> property.path("name").asString(),
                                property -> property.path("defaultValue").asString())))
                .containsEntry("workflows.enabled", "true")
                .containsEntry("workflows.schema.mode", "migrate")
                .containsEntry("workflows.replay-check", "warn")
                .containsEntry("workflows.worker.poll-interval", "1 second")
                .containsEntry("workflows.defaults.retries", "5")
                .containsEntry("workflows.defaults.delay", "10 seconds")
                .containsEntry("workflows.defaults.backoff", "exponential")
                .containsEntry("workflows.defaults.jitter", "0")
                .containsEntry("workflows.defaults.timeout", "10 minutes")
                .containsEntry("workflows.retention.success", "30 days")
                .containsEntry("workflows.limits.params", "1MB")
                .containsEntry("workflows.encryption.accept-plain-text", "true");
    }

    @Test
    void showsHowDurationsAreWritten() {
        assertThat(ours("hints").stream().map(hint -> hint.path("name").asString()))
                .contains("workflows.defaults.delay", "workflows.defaults.timeout", "workflows.worker.lease");
    }

    private List<JsonNode> ours(String kind) {
        List<JsonNode> ours = new ArrayList<>();
        for (JsonNode node : metadata.path(kind)) {
            if (node.path("name").asString().startsWith("workflows.")) {
                ours.add(node);
            }
        }
        return ours;
    }

    /** Each library has such a file: this one lies beside the class. */
    private static JsonNode read() {
        String location =
                WorkflowsProperties.class.getProtectionDomain().getCodeSource().getLocation()
                        + "META-INF/spring-configuration-metadata.json";
        try (InputStream in = URI.create(location).toURL().openStream()) {
            return JsonMapper.shared().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
