package dev.workflows.demo;

/** The upstream did not answer with a report. It may do so at another attempt. */
class UpstreamException extends RuntimeException {

    UpstreamException(String message) {
        super(message);
    }
}
