package dev.workflows.crash;

import java.util.Locale;

/** What an instance of {@link JourneyWorkflow} is about when its node is killed; the instance of that id is. */
enum WaitPoint {
    /** In a body, with two events sent that nothing waits for yet. */
    EVENT_SENT_BEFORE,
    /** In a body, after the wait before it has taken its event. */
    EVENT_TAKEN_BEFORE,
    /** In a wait; the event is sent while there is no node. */
    EVENT_SENT_MEANWHILE,
    /** In a wait; the event is sent once there is a node again. */
    EVENT_SENT_AFTER,
    /** In a wait for an event that does not come. */
    EVENT_NEVER_SENT,
    /** In the sleep of one branch, and the body of another. */
    SLEEP_IN_A_BRANCH,
    /** In the retry wait of one branch, and the body of another. */
    RETRY_WAIT_IN_A_BRANCH,
    /** In a body after a race, whose loser is still in its own. */
    BETWEEN_WINNER_AND_LOSER,
    /** In the second of three rollbacks. */
    INSIDE_ROLLBACK,
    /** Between two attempts at the second of three rollbacks. */
    INSIDE_ROLLBACK_RETRY_WAIT,
    /** In a body, and to be paused as soon as that ends. */
    WAITING_FOR_PAUSE,
    /** Paused in a sleep. */
    PAUSED_IN_A_SLEEP;

    String instance() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static WaitPoint of(String instance) {
        return valueOf(instance.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
}
