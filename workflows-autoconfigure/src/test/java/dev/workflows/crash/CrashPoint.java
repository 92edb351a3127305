package dev.workflows.crash;

import java.util.Locale;

/** Where an instance of {@link OrderWorkflow} can be caught; the instance of that id is caught there. */
enum CrashPoint {
    INSIDE_FIRST_STEP,
    /** The first step's checkpoint is stored, the second step not yet entered. */
    BETWEEN_STEPS,
    INSIDE_SECOND_STEP,
    /** Two attempts have failed, and the third is waited for. */
    INSIDE_RETRY_WAIT,
    INSIDE_SLEEP,
    /** A transactional step has written to its table. */
    BEFORE_COMMIT,
    /** A transactional step's writes and checkpoint are committed, and {@code run} has not gone on. */
    AFTER_COMMIT;

    String instance() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
