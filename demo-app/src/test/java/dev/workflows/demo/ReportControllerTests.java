package dev.workflows.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.test.json.JsonCompareMode;
import org.springframework.test.web.servlet.client.RestTestClient;

@DemoTest
class ReportControllerTests {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final Pattern CREATED =
            Pattern.compile("\\{\"id\":\"([^\"]+)\",\"status\":\\{\"status\":\"(\\w+)\",\"output\":.+}}");

    @LocalServerPort
    private int port;

    private RestTestClient http;

    @BeforeEach
    void connect() {
        http = RestTestClient.bindToServer().baseUrl("http://localhost:" + port).build();
    }

    @Test
    void aNewReportIsCreatedWithARandomIdAndItsLocation() {
        var created = post("{\"reportId\":\"random\"}")
                .expectStatus()
                .isCreated()
                .expectHeader()
                .contentTypeCompatibleWith(MediaType.APPLICATION_JSON)
                .expectBody(String.class)
                .returnResult();

        Matcher body = CREATED.matcher(String.valueOf(created.getResponseBody()));
        assertThat(body).matches();
        assertThat(body.group(1)).hasSize(36);
        assertThat(body.group(2)).isIn("queued", "running", "waiting", "complete");
        assertThat(created.getResponseHeaders().getLocation())
                .hasToString("http://localhost:" + port + "/reports/" + body.group(1));
        assertThat(get(body.group(1))).startsWith("{\"status\":\"");
    }

    @Test
    void aCompleteReportHasItsOutput() {
        post("{\"reportId\":\"abc123\",\"id\":\"good\"}")
                .expectStatus()
                .isCreated()
                .expectHeader()
                .valueEquals("Location", "http://localhost:" + port + "/reports/good");

        await().atMost(SOON).untilAsserted(() -> assertThat(get("good")).isEqualTo("""
                {"status":"complete","output":{"reportId":"abc123","total":1465.25}}"""));
    }

    @Test
    void aReportThatFailedHasItsError() {
        post("{\"reportId\":\"missing\",\"id\":\"bad\"}").expectStatus().isCreated();

        await().atMost(SOON).untilAsserted(() -> assertThat(get("bad")).isEqualTo("""
                {"status":"errored","output":null,"error":{"name":"NonRetryableException","message":"upstream 404"}}"""));
    }

    @Test
    void anIdIsTakenOnce() {
        post("{\"reportId\":\"abc123\",\"id\":\"taken\"}").expectStatus().isCreated();

        problem(post("{\"reportId\":\"other\",\"id\":\"taken\"}"), HttpStatus.CONFLICT, "/reports", "\"taken\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"unknown", "not an id", "-"})
    void anInstanceThatIsNotThereIsNotFound(String id) {
        problem(
                http.get().uri("/reports/{id}", id).exchange(),
                HttpStatus.NOT_FOUND,
                "/reports/" + id.replace(" ", "%20"),
                "\"" + id + "\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"reportId\":null}",
                "{\"reportId\":\"\"}",
                "{\"reportId\":\" \"}",
                "{\"reportId\":\"../secret\"}",
                "{\"reportId\":\"a/b\"}",
                "{\"reportId\":\"a\\n\"}",
                "{\"reportId\":\"-a\"}"
            })
    void aReportIdThatIsMissingOrUnsafeIsRefused(String body) {
        problem(post(body), HttpStatus.BAD_REQUEST, "/reports", "Invalid request: reportId ");
    }

    @Test
    void aReportIdThatIsTooLongIsRefused() {
        post("{\"reportId\":\"%s\"}".formatted("a".repeat(100))).expectStatus().isCreated();
        post("{\"reportId\":\"%s\"}".formatted("a".repeat(101))).expectStatus().isBadRequest();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-a", "a b", "ä"})
    void anIdThatIsMalformedIsRefused(String id) {
        problem(
                post("{\"reportId\":\"abc123\",\"id\":\"%s\"}".formatted(id)),
                HttpStatus.BAD_REQUEST,
                "/reports",
                "Instance id \"" + id + "\" is malformed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "null", "[]", "\"abc123\"", "{\"reportId\":{}}"})
    void aBodyThatIsNoReportIsRefused(String body) {
        problem(post(body), HttpStatus.BAD_REQUEST, "/reports", "Failed to read request");
    }

    private RestTestClient.ResponseSpec post(String body) {
        return http.post()
                .uri("/reports")
                .contentType(MediaType.APPLICATION_JSON)
                .body(body)
                .exchange();
    }

    private String get(String id) {
        return String.valueOf(http.get()
                .uri("/reports/{id}", id)
                .exchange()
                .expectStatus()
                .isOk()
                .expectBody(String.class)
                .returnResult()
                .getResponseBody());
    }

    private static void problem(
            RestTestClient.ResponseSpec response, HttpStatus status, String instance, String detail) {
        response.expectStatus()
                .isEqualTo(status)
                .expectHeader()
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .expectBody()
                .json("""
                        {"title":"%s","status":%d,"instance":"%s"}""".formatted(status.getReasonPhrase(), status.value(), instance), JsonCompareMode.LENIENT)
                .jsonPath("$.detail")
                .value(String.class, actual -> assertThat(actual).contains(detail));
    }
}
