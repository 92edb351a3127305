package dev.workflows.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.workflows.WorkflowBinding;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchBucketException;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Profile "s3" against an S3 server, which the build copies to {@code target/s3mock} and which runs in a JVM of its own. */
@DemoTest
@ActiveProfiles("s3")
class S3ProfileTests {

    private static final Path SERVER = Path.of("target", "s3mock", "s3mock.jar").toAbsolutePath();
    private static final Pattern HTTP_PORT = Pattern.compile("Tomcat started on ports .*?(\\d+) \\(http\\)");

    @TempDir
    private static Path temporary;

    private static ChildJvm server;

    @Autowired
    private WorkflowBinding<ReportParams, Report> reportWorkflow;

    @Autowired
    private ReportsBucket bucket;

    @Autowired
    private S3Client client;

    @BeforeAll
    static void startServer() throws IOException {
        assertThat(SERVER).as("copied by mvn process-test-classes").exists();
        server = ChildJvm.start(
                temporary,
                "-Djava.io.tmpdir=" + temporary,
                "-jar",
                SERVER.toString(),
                "--http.port=0",
                "--server.port=0",
                "--com.adobe.testing.s3mock.store.initialBuckets=reports");
    }

    @AfterAll
    static void endServer() {
        server.close();
    }

    @DynamicPropertySource
    static void connect(DynamicPropertyRegistry properties) {
        properties.add(
                "demo.s3.endpoint",
                () -> "http://localhost:" + server.awaitOutput(HTTP_PORT).group(1));
        properties.add("demo.s3.access-key-id", () -> "key");
        properties.add("demo.s3.secret-access-key", () -> "secret");
    }

    @Test
    void aReportCompletesWithOneObjectInTheBucket() throws Exception {
        reportWorkflow.create(new ReportParams("abc123")).await(Duration.ofSeconds(30));

        assertThat(client.listObjectsV2(request -> request.bucket("reports").prefix("reports/abc123"))
                        .contents())
                .extracting(S3Object::key)
                .containsExactly("reports/abc123.json");
        assertThat(content("reports/abc123.json")).isEqualTo("""
                {"reportId":"abc123","total":1465.25}""");
    }

    @Test
    void anObjectIsThereOnceItWasPut() {
        assertThat(bucket.head("reports/a.json")).isEmpty();

        bucket.put("reports/a.json", "{}".getBytes(UTF_8));

        assertThat(bucket.head("reports/a.json")).contains(new ReportsBucket.StoredObject("reports/a.json", 2));
        ResponseBytes<GetObjectResponse> object =
                client.getObjectAsBytes(request -> request.bucket("reports").key("reports/a.json"));
        assertThat(object.asUtf8String()).isEqualTo("{}");
        assertThat(object.response().contentType()).isEqualTo("application/json");
    }

    @Test
    void aSecondPutReplacesTheObject() {
        bucket.put("a", "a long first version".getBytes(UTF_8));
        bucket.put("a", "second".getBytes(UTF_8));

        assertThat(content("a")).isEqualTo("second");
    }

    @Test
    void aBucketThatIsNotThereIsAnError() {
        ReportsBucket nowhere = new S3Bucket(client, "nowhere");

        assertThatExceptionOfType(NoSuchBucketException.class).isThrownBy(() -> nowhere.put("a", new byte[1]));
    }

    private String content(String key) {
        return client.getObjectAsBytes(request -> request.bucket("reports").key(key))
                .asUtf8String();
    }
}
