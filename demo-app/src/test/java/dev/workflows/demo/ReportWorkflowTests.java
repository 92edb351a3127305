package dev.workflows.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.workflows.InstanceFailedException;
import dev.workflows.InstanceStatus;
import dev.workflows.Status;
import dev.workflows.WorkflowBinding;
import dev.workflows.WorkflowInstance;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

@DemoTest
class ReportWorkflowTests {

    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    private static Path folder;

    @Autowired
    @Qualifier("REPORT_WORKFLOW")
    private WorkflowBinding<ReportParams, Report> reportWorkflow;

    @Autowired
    private FlakyUpstream upstream;

    @Autowired
    private ReportsBucket bucket;

    @DynamicPropertySource
    static void useFolder(DynamicPropertyRegistry properties) {
        properties.add("demo.bucket.folder", folder::toString);
    }

    @Test
    void threeStepsTurnAReportIdIntoAnObject() throws Exception {
        Report report = reportWorkflow.create(new ReportParams("abc123")).await(SOON);

        assertThat(report).isEqualTo(new Report("abc123", new BigDecimal("1465.25")));
        assertThat(upstream.calls("abc123")).isEqualTo(3);
        assertThat(objects("abc123"))
                .singleElement()
                .satisfies(object -> assertThat(object)
                        .isEqualTo(folder.resolve("reports/abc123.json"))
                        .hasContent("""
                        {"reportId":"abc123","total":1465.25}"""));
    }

    @Test
    void anObjectThatIsThereIsNotWrittenAgain() throws Exception {
        bucket.put("reports/early.json", "written by an earlier attempt".getBytes(UTF_8));

        reportWorkflow.create(new ReportParams("early")).await(SOON);

        assertThat(objects("early"))
                .singleElement()
                .satisfies(object -> assertThat(object).hasContent("written by an earlier attempt"));
    }

    @Test
    void aReportThatTheUpstreamDoesNotHaveIsAskedForOnce() throws IOException {
        WorkflowInstance<Report> instance = reportWorkflow.create(new ReportParams("missing"));

        assertThatExceptionOfType(InstanceFailedException.class).isThrownBy(() -> instance.await(SOON));

        assertThat(instance.status())
                .isEqualTo(new InstanceStatus<>(
                        Status.ERRORED,
                        null,
                        new InstanceStatus.InstanceError("NonRetryableException", "upstream 404")));
        assertThat(upstream.calls("missing")).isEqualTo(1);
        assertThat(objects("missing")).isEmpty();
    }

    private static List<Path> objects(String reportId) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> file.toString().contains(reportId))
                    .toList();
        }
    }
}
