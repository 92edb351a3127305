package dev.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** What the API's own types show of what they hold. */
class RedactionTests {

    private static final String SECRET = "4111-1111";

    private final JsonMapper mapper = JsonMapper.builder().build();

    record Receipt(String card) {}

    @Test
    void aStatusIsWrittenAsCloudflareWritesIt() {
        assertThat(mapper.writeValueAsString(new InstanceStatus<>(Status.COMPLETE, new Receipt(SECRET), null)))
                .isEqualTo("{\"status\":\"complete\",\"output\":{\"card\":\"4111-1111\"}}");
        assertThat(mapper.writeValueAsString(new InstanceStatus<>(Status.RUNNING, null, null)))
                .isEqualTo("{\"status\":\"running\",\"output\":null}");
        assertThat(mapper.writeValueAsString(new InstanceStatus<>(
                        Status.ERRORED, null, new InstanceStatus.InstanceError("CardDeclined", "no"))))
                .isEqualTo("{\"status\":\"errored\",\"output\":null,"
                        + "\"error\":{\"name\":\"CardDeclined\",\"message\":\"no\"}}");
    }

    @Test
    void aStatusReadsBackFromItsJson() {
        for (InstanceStatus<Receipt> status : List.of(
                new InstanceStatus<>(Status.COMPLETE, new Receipt("x"), null),
                new InstanceStatus<Receipt>(Status.WAITING, null, null),
                new InstanceStatus<Receipt>(
                        Status.ERRORED, null, new InstanceStatus.InstanceError("CardDeclined", "no")))) {
            assertThat(mapper.readValue(
                            mapper.writeValueAsString(status), new TypeReference<InstanceStatus<Receipt>>() {}))
                    .isEqualTo(status);
        }
    }

    @Test
    void aRedactedOutputSaysSoAsJsonAndAsText() {
        InstanceStatus<Receipt> status = new InstanceStatus<>(Status.COMPLETE, new Receipt(SECRET), null, null, true);

        assertThat(mapper.writeValueAsString(status)).isEqualTo("{\"status\":\"complete\",\"output\":\"[REDACTED]\"}");
        assertThat(status).hasToString("InstanceStatus[status=complete, output=[REDACTED], error=null]");
        assertThat(status.output()).isNull();
        assertThat(new InstanceStatus<>(Status.COMPLETE, "open", null))
                .hasToString("InstanceStatus[status=complete, output=open, error=null]");
    }

    @Test
    void eventsAndOptionsPrintNoPayload() {
        assertThat(List.of(
                        new WorkflowEvent<>(new Receipt(SECRET), Instant.EPOCH, "order-1", "order-workflow"),
                        CreateOptions.of(new Receipt(SECRET)).withId("order-1"),
                        new ReceivedEvent<>(new Receipt(SECRET), "order-1 paid", Instant.EPOCH)))
                .allSatisfy(printed ->
                        assertThat(printed.toString()).contains("order-1").doesNotContain(SECRET, "payload", "params"));
    }
}
