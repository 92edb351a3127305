package dev.workflows.demo;

import dev.workflows.InstanceAlreadyExistsException;
import dev.workflows.InstanceNotFoundException;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** Answers what workflows refuse with problem details; {@code spring.mvc.problemdetails} does it for bad requests. */
@RestControllerAdvice
class ReportProblems {

    @ExceptionHandler
    ProblemDetail notFound(InstanceNotFoundException e) {
        return ProblemDetail.forStatusAndDetail(HttpStatus.NOT_FOUND, e.getMessage());
    }

    @ExceptionHandler
    ProblemDetail alreadyExists(InstanceAlreadyExistsException e) {
        return ProblemDetail.forStatusAndDetail(HttpStatus.CONFLICT, e.getMessage());
    }
}
