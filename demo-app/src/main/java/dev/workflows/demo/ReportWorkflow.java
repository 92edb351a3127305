package dev.workflows.demo;

import dev.workflows.Backoff;
import dev.workflows.Step;
import dev.workflows.Workflow;
import dev.workflows.WorkflowEntrypoint;
import dev.workflows.WorkflowEvent;
import dev.workflows.WorkflowStep;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/** Fetches a report's source data, adds it up, and stores the result. */
@Workflow(name = "report-workflow", binding = "REPORT_WORKFLOW")
class ReportWorkflow implements WorkflowEntrypoint<ReportParams, Report> {

    private static final Logger log = LoggerFactory.getLogger(ReportWorkflow.class);

    private final Upstream upstream;
    private final ReportsBucket bucket;
    private final JsonMapper json;

    ReportWorkflow(Upstream upstream, ReportsBucket bucket, JsonMapper json) {
        this.upstream = upstream;
        this.bucket = bucket;
        this.json = json;
    }

    @Override
    public Report run(WorkflowEvent<ReportParams> event, WorkflowStep step) {
        String reportId = event.payload().reportId();
        SourceData raw = fetchSourceData(reportId);
        Report report = transformResult(reportId, raw);
        persist(report);
        return report;
    }

    /** The retries are for the upstream's bad moments. */
    @Step(
            name = "fetch source data",
            retries = 5,
            delay = "10 seconds",
            backoff = Backoff.EXPONENTIAL,
            timeout = "30 seconds")
    SourceData fetchSourceData(String reportId) {
        SourceData raw = upstream.fetch(reportId);
        log.info("{}: {} items fetched", reportId, raw.items().size());
        return raw;
    }

    /** No side effect, so it may be repeated without a thought. */
    @Step(name = "transform result")
    Report transformResult(String reportId, SourceData raw) {
        Report report = new Report(reportId, raw.total());
        log.info("{}: total is {}", reportId, report.total());
        return report;
    }

    /** Checks before it writes: an earlier attempt may have written the object, and died before that was recorded. */
    @Step(name = "persist report", retries = 3, delay = "5 seconds", backoff = Backoff.LINEAR)
    void persist(Report report) {
        String key = "reports/" + report.reportId() + ".json";
        if (bucket.head(key).isPresent()) {
            log.info("{}: {} is there already", report.reportId(), key);
            return;
        }
        bucket.put(key, json.writeValueAsBytes(report));
        log.info("{}: {} written", report.reportId(), key);
    }
}
