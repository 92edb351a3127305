package dev.workflows.jpa;

/**
 * Something that is done to an instance.
 *
 * @param instance which one
 * @param choice where there is something to choose from, such as the step that it is restarted from
 * @param late whether it is done by a node that held the instance before, if it is done by one at all
 */
record Operation(Kind kind, int instance, int choice, boolean late) {

    enum Kind {
        CREATE,
        CREATE_AND_CLAIM,
        PAUSE,
        RESUME,
        TERMINATE,
        TERMINATE_WITH_ROLLBACK,
        RESTART,
        RESTART_FROM,
        SEND_EVENT,
        DELETE,
        CLAIM_ALL,
        NODE_STOPS,
        NODE_DIES,
        STEP,
        STEP_FAILS,
        RETRY_LATER,
        SLEEP,
        RECEIVE,
        SUSPEND,
        SUSPEND_UNTIL_SIGNALLED,
        HAND_BACK,
        COMPLETE,
        FAIL,
        BEGIN_ROLLBACK,
        END_ROLLBACK
    }
}
