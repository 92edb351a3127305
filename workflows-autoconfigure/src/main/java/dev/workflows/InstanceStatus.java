package dev.workflows;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import org.jspecify.annotations.Nullable;

/**
 * Where an instance stands. As JSON: {@code {"status":"complete","output":…}}, and with an error
 * {@code {"status":"errored","output":null,"error":{"name":…,"message":…}}}.
 *
 * @param output what {@code run} returned; null until the instance is complete, and if it is redacted
 * @param error what ended the instance; null unless it is errored
 * @param rollback how far it has been rolled back; null unless it has been, or is being
 * @param redacted whether there is an output that is {@linkplain Workflow#sensitive() sensitive}: as JSON and as text it is
 *     {@value Sensitive#REDACTED}
 */
@JsonPropertyOrder({"status", "output", "error", "rollback"})
public record InstanceStatus<R>(
        Status status,
        @Nullable R output,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable InstanceError error,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Rollback rollback,
        @JsonIgnore boolean redacted) {

    public InstanceStatus {
        output = redacted ? null : output;
    }

    /** A status in which nothing is redacted. */
    @JsonCreator
    public InstanceStatus(
            @JsonProperty("status") Status status,
            @JsonProperty("output") @Nullable R output,
            @JsonProperty("error") @Nullable InstanceError error,
            @JsonProperty("rollback") @Nullable Rollback rollback) {
        this(status, output, error, rollback, false);
    }

    /** A status in which nothing is rolled back or redacted. */
    public InstanceStatus(Status status, @Nullable R output, @Nullable InstanceError error) {
        this(status, output, error, null, false);
    }

    /** Jackson prefers it to the component, since it is annotated. */
    @JsonProperty("output")
    @JsonInclude(JsonInclude.Include.ALWAYS)
    private @Nullable Object shownOutput() {
        return redacted ? Sensitive.REDACTED : output;
    }

    @Override
    public String toString() {
        return "InstanceStatus[status=%s, output=%s, error=%s%s]"
                .formatted(status, shownOutput(), error, rollback == null ? "" : ", rollback=" + rollback);
    }

    /**
     * An exception as it was stored.
     *
     * @param name its simple class name
     * @param message its message; empty if it had none
     */
    public record InstanceError(String name, String message) {}
}
