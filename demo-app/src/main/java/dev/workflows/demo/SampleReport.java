package dev.workflows.demo;

import dev.workflows.CreateOptions;
import dev.workflows.InstanceAlreadyExistsException;
import dev.workflows.InstanceStatus;
import dev.workflows.Status;
import dev.workflows.WorkflowBinding;
import dev.workflows.WorkflowInstance;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Creates a report at start-up, or finds the last one unfinished, and shows how it gets on. */
@Component
@ConditionalOnBooleanProperty(name = "demo.sample", matchIfMissing = true)
@Order(1)
class SampleReport implements ApplicationRunner {

    private static final Logger log = LoggerFactory.getLogger(SampleReport.class);
    private static final Duration GLANCE = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final WorkflowBinding<ReportParams, Report> reportWorkflow;
    private final JsonMapper json;

    SampleReport(WorkflowBinding<ReportParams, Report> reportWorkflow, JsonMapper json) {
        this.reportWorkflow = reportWorkflow;
        this.json = json;
    }

    @Override
    public void run(ApplicationArguments args) throws InterruptedException {
        follow(createOrContinue());
    }

    private WorkflowInstance<Report> createOrContinue() {
        for (int n = 1; ; n++) {
            String id = "sample-" + n;
            try {
                WorkflowInstance<Report> created = reportWorkflow.create(
                        CreateOptions.of(new ReportParams(id)).withId(id));
                log.info("{}: created", id);
                return created;
            } catch (InstanceAlreadyExistsException e) {
                WorkflowInstance<Report> earlier = reportWorkflow.get(id);
                if (!earlier.status().status().isEnded()) {
                    log.info("{}: was not finished when the application stopped, continues by itself", id);
                    return earlier;
                }
            }
        }
    }

    private void follow(WorkflowInstance<Report> instance) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        @Nullable Status seen = null;
        while (System.nanoTime() < end) {
            InstanceStatus<Report> now = instance.status();
            if (now.status() != seen) {
                seen = now.status();
                log.info("{}: {}", instance.id(), seen.isEnded() ? json.writeValueAsString(now) : seen);
            }
            if (now.status().isEnded()) {
                return;
            }
            Thread.sleep(GLANCE.toMillis());
        }
        log.info("{}: takes its time, and goes on by itself", instance.id());
    }
}
