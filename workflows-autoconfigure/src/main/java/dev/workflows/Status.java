package dev.workflows;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** An instance's status, written in Cloudflare's words. */
public enum Status {
    /** Waiting to be started, or to be taken over. */
    QUEUED("queued"),
    /** Owned by a node that runs it. */
    RUNNING("running"),
    PAUSED("paused"),
    /** Ended by an exception that left {@code run}. */
    ERRORED("errored"),
    TERMINATED("terminated"),
    /** Ended by a return from {@code run}. */
    COMPLETE("complete"),
    /** Sleeping, or waiting for a retry. */
    WAITING("waiting"),
    WAITING_FOR_PAUSE("waitingForPause"),
    /** Stored by another version of this library under a word that this one does not know. */
    UNKNOWN("unknown");

    private final String word;

    Status(String word) {
        this.word = word;
    }

    @JsonValue
    public String word() {
        return word;
    }

    /** The status that is written as {@code word}; {@link #UNKNOWN} if none is. */
    @JsonCreator
    public static Status of(String word) {
        for (Status status : values()) {
            if (status.word.equals(word)) {
                return status;
            }
        }
        return UNKNOWN;
    }

    /** Whether the instance will not go on by itself or by an event: complete, errored or terminated. */
    public boolean isEnded() {
        return this == COMPLETE || this == ERRORED || this == TERMINATED;
    }

    @Override
    public String toString() {
        return word;
    }
}
