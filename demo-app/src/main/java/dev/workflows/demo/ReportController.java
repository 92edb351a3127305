package dev.workflows.demo;

import dev.workflows.CreateOptions;
import dev.workflows.InstanceStatus;
import dev.workflows.WorkflowBinding;
import dev.workflows.WorkflowInstance;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;

@RestController
@RequestMapping("/reports")
class ReportController {

    private final WorkflowBinding<ReportParams, Report> reportWorkflow;

    ReportController(WorkflowBinding<ReportParams, Report> reportWorkflow) {
        this.reportWorkflow = reportWorkflow;
    }

    @PostMapping
    ResponseEntity<Created> create(@Valid @RequestBody NewReport report) {
        WorkflowInstance<Report> instance = reportWorkflow.create(options(report));
        URI location =
                ServletUriComponentsBuilder.fromCurrentRequest().path("/{id}").build(instance.id());
        return ResponseEntity.created(location).body(new Created(instance.id(), instance.status()));
    }

    @GetMapping("/{id}")
    InstanceStatus<Report> status(@PathVariable String id) {
        return reportWorkflow.get(id).status();
    }

    private static CreateOptions<ReportParams> options(NewReport report) {
        CreateOptions<ReportParams> options = CreateOptions.of(new ReportParams(report.reportId()));
        if (report.id() == null) {
            return options;
        }
        try {
            return options.withId(report.id());
        } catch (IllegalArgumentException e) {
            throw new ResponseStatusException(HttpStatus.BAD_REQUEST, e.getMessage(), e);
        }
    }

    /**
     * @param reportId becomes part of a URL and of the object's key
     * @param id the instance's id; a random one if there is none
     */
    record NewReport(
            @NotNull(message = "reportId is missing")
            @Pattern(
                    regexp = "[a-zA-Z0-9_][a-zA-Z0-9_-]{0,99}",
                    message = "reportId must be 1 to 100 letters, digits, \"_\" and \"-\", not starting with \"-\"")
            String reportId,

            @Nullable String id) {}

    record Created(String id, InstanceStatus<Report> status) {}
}
