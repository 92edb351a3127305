package dev.workflows;

/**
 * Turns payloads, which are JSON, into what the database holds, and back: params, results of steps, outputs and what
 * events carry. An application's own bean of this type is used for all its workflows. Without one, and without
 * {@code workflows.encryption}, the database holds the JSON itself.
 *
 * <p>Names, ids, labels and steps' keys do not pass through it, nor do the messages and stack traces of exceptions.
 *
 * <p>Thread-safe, and without effects: it is called by many threads, and more than once for one payload. It is on the path
 * of every step, and inside the transaction of a transactional one, so it should answer from memory.
 *
 * <p>What was stored is read by every node, and after every deploy: {@link #decode} must understand what any version that
 * may still run, or has run, wrote with {@link #encode}; and plain JSON, if instances were stored before there was a codec.
 *
 * <p>What {@code encode} throws has the params refused, or the step failed without a further attempt; what {@code decode}
 * throws counts as a payload that cannot be read. Both become a {@link PayloadException} with the message of what was
 * thrown, which is stored and shown: it must not quote the payload.
 */
public interface PayloadCodec {

    /**
     * Makes what the database is to hold.
     *
     * @param json within the limits of {@code workflows.limits}, which do not count what the codec adds
     * @return any text but {@code U+0000} and halves of surrogate pairs, which PostgreSQL does not store
     */
    String encode(String json, PayloadContext context);

    /**
     * Makes JSON of what the database holds.
     *
     * @param stored what {@link #encode} returned, or plain JSON
     * @param context the same as when it was encoded, unless the row has been tampered with
     */
    String decode(String stored, PayloadContext context);
}
