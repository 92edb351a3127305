package dev.workflows.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.http.MediaType;
import org.springframework.web.client.RestClient;

/** The application as it is started, in a JVM that is killed. */
class CrashTests {

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String WAITING = "{\"status\":\"waiting\",\"output\":null}";
    private static final Pattern PORT = Pattern.compile("Tomcat started on port (\\d+)");

    /** Without the tests, whose configurations the application would find. */
    private static final String CLASSPATH = Arrays.stream(
                    System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> !entry.endsWith("test-classes"))
            .collect(Collectors.joining(File.pathSeparator));

    @TempDir
    private Path directory;

    @Test
    void aReportContinuesAfterEveryKill9WithoutRepeatingWhatItCompleted() throws IOException {
        AtomicInteger calls = new AtomicInteger();
        HttpServer upstream = upstream(calls);
        String[] arguments = {
            "--demo.sample=false",
            "--demo.upstream.url=http://127.0.0.1:" + upstream.getAddress().getPort(),
            "--workflows.definitions.report-workflow.steps.[fetch source data].delay=3 seconds",
            "--workflows.definitions.report-workflow.steps.[fetch source data].backoff=constant"
        };
        Path bucket = directory.resolve("data/bucket");
        Files.createDirectory(bucket.getParent());
        Files.createFile(bucket);
        try {
            try (ChildJvm waitsForTheUpstream = start(arguments)) {
                client(waitsForTheUpstream)
                        .post()
                        .uri("/reports")
                        .contentType(MediaType.APPLICATION_JSON)
                        .body("{\"reportId\":\"abc123\",\"id\":\"survivor\"}")
                        .retrieve()
                        .toBodilessEntity();
                awaitStatus(waitsForTheUpstream, WAITING);
            }
            assertThat(calls).hasValue(1);

            try (ChildJvm waitsForTheBucket = start(arguments)) {
                await().atMost(PATIENCE).untilAtomic(calls, equalTo(3));
                awaitStatus(waitsForTheBucket, WAITING);
            }
            Files.delete(bucket);

            try (ChildJvm completes = start(arguments)) {
                awaitStatus(completes, """
                        {"status":"complete","output":{"reportId":"abc123","total":42}}""");
            }
            assertThat(calls).hasValue(3);
            assertThat(bucket.resolve("reports/abc123.json")).hasContent("""
                    {"reportId":"abc123","total":42}""");
        } finally {
            upstream.stop(0);
        }
    }

    @Test
    void theSampleReportContinuesAfterKill9() throws IOException {
        try (ChildJvm first = start()) {
            first.awaitOutput(Pattern.compile("instance=sample-1 .*upstream 503"));
        }
        try (ChildJvm second = start()) {
            second.awaitOutput(Pattern.compile("sample-1: .*goes on by itself"));
            second.awaitOutput(Pattern.compile(Pattern.quote("""
                    sample-1: {"status":"complete","output":{"reportId":"sample-1","total":1465.25}}""")));
            int port = Integer.parseInt(second.awaitOutput(PORT).group(1));
            second.awaitOutput(Pattern.compile("localhost:" + port + "/reports/first"));
        }
        try (ChildJvm third = start()) {
            third.awaitOutput(Pattern.compile("sample-2: \\{\"status\":\"complete\""));
            third.stop();
            assertThat(third.output()).doesNotContain("sample-1", "could not be handed back", "ERROR");
        }
    }

    private ChildJvm start(String... arguments) throws IOException {
        String[] command = new String[arguments.length + 5];
        command[0] = "-cp";
        command[1] = CLASSPATH;
        command[2] = DemoApplication.class.getName();
        command[3] = "--server.port=0";
        command[4] = "--logging.level.org.springframework.boot.tomcat=info";
        System.arraycopy(arguments, 0, command, 5, arguments.length);
        return ChildJvm.start(directory, command);
    }

    private static void awaitStatus(ChildJvm demo, String expected) {
        RestClient client = client(demo);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(
                                client.get().uri("/reports/survivor").retrieve().body(String.class))
                        .isEqualTo(expected));
    }

    private static RestClient client(ChildJvm demo) {
        return RestClient.create("http://localhost:" + demo.awaitOutput(PORT).group(1));
    }

    /** Outlives the application, and so counts the calls of all its lives. The first two fail. */
    private static HttpServer upstream(AtomicInteger calls) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/reports/abc123", exchange -> {
            boolean good = calls.incrementAndGet() > 2;
            answer(exchange, good ? 200 : 503, good ? "{\"items\":[{\"name\":\"all\",\"amount\":42}]}" : "");
        });
        server.start();
        return server;
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        try (exchange) {
            byte[] bytes = body.getBytes(UTF_8);
            exchange.getResponseHeaders().add("Content-Type", MediaType.APPLICATION_JSON_VALUE);
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }
}
