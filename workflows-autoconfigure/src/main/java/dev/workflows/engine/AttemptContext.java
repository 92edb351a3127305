package dev.workflows.engine;

import dev.workflows.StepContext;
import dev.workflows.StepOptions;
import dev.workflows.store.Claim;
import dev.workflows.store.StepKey;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;

/** The context of one attempt. */
final class AttemptContext extends StepContext {

    private final Claim claim;
    private final StepKey key;
    private final int attempt;
    private final StepSpec spec;

    AttemptContext(Claim claim, StepKey key, int attempt, StepSpec spec) {
        this.claim = claim;
        this.key = key;
        this.attempt = attempt;
        this.spec = spec;
    }

    void bind() {
        StepContext.bind(this);
    }

    static void unbind() {
        StepContext.bind(null);
    }

    @Override
    public String instanceId() {
        return claim.id();
    }

    @Override
    public String workflowName() {
        return claim.workflow();
    }

    @Override
    public String stepName() {
        return key.name();
    }

    @Override
    public int occurrence() {
        return key.occurrence();
    }

    @Override
    public int attempt() {
        return attempt;
    }

    @Override
    public StepOptions options() {
        return spec.options();
    }

    /**
     * The time of creation is in it because an id can be used again after retention; a name-based UUID (version 8, RFC
     * 9562) because that is the form in which such keys are usual.
     */
    @Override
    public String idempotencyKey() {
        long createdMicros = ChronoUnit.MICROS.between(Instant.EPOCH, claim.createdAt());
        // names hold no control characters, so a zero byte between them cannot be mistaken
        String name = String.join(
                "\0",
                claim.workflow(),
                claim.id(),
                Long.toString(createdMicros),
                key.name(),
                Integer.toString(key.occurrence()) + place());
        ByteBuffer hash = ByteBuffer.wrap(sha256().digest(name.getBytes(StandardCharsets.UTF_8)));
        long high = hash.getLong() & 0xffffffffffff0fffL | 0x8000L;
        long low = hash.getLong() & 0x3fffffffffffffffL | 0x8000000000000000L;
        return new UUID(high, low).toString();
    }

    /** What tells the step from those of its name in other branches, and what undoes it from itself. */
    private String place() {
        String branch = key.scope().isEmpty() ? "" : "\0" + key.scope();
        return key.kind() == StepKey.Kind.ROLLBACK ? branch + "\0\0rollback" : branch;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
