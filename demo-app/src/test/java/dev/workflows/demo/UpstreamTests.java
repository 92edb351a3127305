package dev.workflows.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.springframework.test.web.client.match.MockRestRequestMatchers.requestTo;
import static org.springframework.test.web.client.response.MockRestResponseCreators.withStatus;
import static org.springframework.test.web.client.response.MockRestResponseCreators.withSuccess;

import dev.workflows.NonRetryableException;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.test.web.client.MockRestServiceServer;
import org.springframework.test.web.client.ResponseCreator;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestClientException;

class UpstreamTests {

    private final RestClient.Builder client = RestClient.builder();
    private final MockRestServiceServer server =
            MockRestServiceServer.bindTo(client).build();
    private final Upstream upstream =
            new Upstream(new UpstreamAddress(URI.create("https://api.example.com/v1")), client);

    @Test
    void readsTheItemsToTheCent() {
        answer(withSuccess("""
                {"items":[{"name":"a","amount":0.1,"more":true},{"name":"b","amount":0.2}],"next":null}""", MediaType.APPLICATION_JSON));

        assertThat(upstream.fetch("abc123").total()).isEqualByComparingTo("0.3");
        server.verify();
    }

    @ParameterizedTest
    @ValueSource(ints = {304, 400, 429, 500, 503})
    void anythingButSuccessMayBeAnotherAtTheNextAttempt(int status) {
        answer(withStatus(HttpStatusCode.valueOf(status)));

        assertThatExceptionOfType(UpstreamException.class)
                .isThrownBy(() -> upstream.fetch("abc123"))
                .withMessage("upstream " + status);
    }

    @Test
    void aReportThatIsNotThereIsNotAskedForAgain() {
        answer(withStatus(HttpStatusCode.valueOf(404)));

        assertThatExceptionOfType(NonRetryableException.class)
                .isThrownBy(() -> upstream.fetch("abc123"))
                .withMessage("upstream 404");
    }

    @Test
    void aSuccessWithoutABodyIsNone() {
        answer(withStatus(HttpStatusCode.valueOf(204)));

        assertThatExceptionOfType(UpstreamException.class).isThrownBy(() -> upstream.fetch("abc123"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"items\":null}", "{\"items\":", "[]"})
    void aSuccessWithoutItemsIsNone(String body) {
        answer(withSuccess(body, MediaType.APPLICATION_JSON));

        assertThatExceptionOfType(RestClientException.class).isThrownBy(() -> upstream.fetch("abc123"));
    }

    private void answer(ResponseCreator response) {
        server.expect(requestTo("https://api.example.com/v1/reports/abc123")).andRespond(response);
    }
}
