package dev.workflows.demo;

import dev.workflows.NonRetryableException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.stereotype.Component;
import org.springframework.web.client.RestClient;

/** The external API that reports are made from. Its timeouts are {@code spring.http.clients} in application.yml. */
@Component
class Upstream {

    private final UpstreamAddress address;
    private final RestClient client;

    Upstream(UpstreamAddress address, RestClient.Builder client) {
        this.address = address;
        this.client = client.build();
    }

    /**
     * @throws NonRetryableException if the upstream has no such report: another attempt would not find it either
     * @throws UpstreamException if the upstream answers anything else that is not a report
     */
    SourceData fetch(String reportId) {
        SourceData data = client.get()
                .uri(address.get() + "/reports/{id}", reportId)
                .retrieve()
                .onStatus(status -> !status.is2xxSuccessful(), (request, response) -> {
                    throw failure(response.getStatusCode());
                })
                .body(SourceData.class);
        return required(data);
    }

    private static RuntimeException failure(HttpStatusCode status) {
        String message = "upstream " + status.value();
        return status.isSameCodeAs(HttpStatus.NOT_FOUND)
                ? new NonRetryableException(message)
                : new UpstreamException(message);
    }

    private static SourceData required(@Nullable SourceData data) {
        if (data == null) {
            throw new UpstreamException("upstream answered without a body");
        }
        return data;
    }
}
