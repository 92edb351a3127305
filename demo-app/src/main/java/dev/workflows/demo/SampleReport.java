package dev.workflows.demo;

import dev.workflows.AwaitTimeoutException;
import dev.workflows.CreateOptions;
import dev.workflows.InstanceFailedException;
import dev.workflows.InstanceNotFoundException;
import dev.workflows.WorkflowBinding;
import dev.workflows.WorkflowInstance;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Creates a report at start-up, unless the one of an earlier start is still unfinished, and waits for its end. */
@Component
@ConditionalOnBooleanProperty(name = "demo.sample", matchIfMissing = true)
@Order(1)
class SampleReport implements ApplicationRunner {

    private static final Logger log = LoggerFactory.getLogger(SampleReport.class);
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final WorkflowBinding<ReportParams, Report> reportWorkflow;
    private final JsonMapper json;

    SampleReport(WorkflowBinding<ReportParams, Report> reportWorkflow, JsonMapper json) {
        this.reportWorkflow = reportWorkflow;
        this.json = json;
    }

    @Override
    public void run(ApplicationArguments args) throws InterruptedException {
        WorkflowInstance<Report> instance = createOrContinue();
        try {
            instance.await(PATIENCE);
        } catch (InstanceFailedException | AwaitTimeoutException e) {
            log.warn(e.getMessage());
        }
        log.info("{}: {}", instance.id(), json.writeValueAsString(instance.status()));
    }

    private WorkflowInstance<Report> createOrContinue() {
        for (int n = 1; ; n++) {
            String id = "sample-" + n;
            try {
                WorkflowInstance<Report> earlier = reportWorkflow.get(id);
                if (!earlier.status().status().isEnded()) {
                    log.info("{}: was unfinished when the application stopped, and goes on by itself", id);
                    return earlier;
                }
            } catch (InstanceNotFoundException e) {
                log.info("{}: is created", id);
                return reportWorkflow.create(
                        CreateOptions.of(new ReportParams(id)).withId(id));
            }
        }
    }
}
