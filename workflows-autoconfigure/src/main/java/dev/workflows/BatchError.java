package dev.workflows;

import com.fasterxml.jackson.annotation.JsonValue;

/**
 * Why one instance of a batch was not created.
 *
 * @param index where it stands in the list that was given, from 0
 * @param id the id that it was to have
 */
public record BatchError(int index, String id, Code code, String message) {

    /** What was wrong, in JSON as Cloudflare spells its errors. */
    public enum Code {
        /** The workflow already has an instance of that id, running or ended. */
        ALREADY_EXISTS("instance.already_exists"),
        /** An instance of that id comes earlier in the batch. */
        DUPLICATE_IN_BATCH("instance.duplicate_in_batch");

        private final String word;

        Code(String word) {
            this.word = word;
        }

        @JsonValue
        public String word() {
            return word;
        }

        @Override
        public String toString() {
            return word;
        }
    }
}
