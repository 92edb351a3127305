package dev.workflows;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import org.jspecify.annotations.Nullable;

/**
 * Where an instance stands. As JSON: {@code {"status":"complete","output":…}}, and with an error
 * {@code {"status":"errored","output":null,"error":{"name":…,"message":…}}}.
 *
 * @param output what {@code run} returned; null until the instance is complete
 * @param error what ended the instance; null unless it is errored
 */
@JsonPropertyOrder({"status", "output", "error"})
public record InstanceStatus<R>(
        Status status,
        @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable R output,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable InstanceError error) {

    /**
     * An exception as it was stored.
     *
     * @param name its simple class name
     * @param message its message; empty if it had none
     */
    public record InstanceError(String name, String message) {}
}
