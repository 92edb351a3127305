package dev.workflows.engine;

import dev.workflows.DeadlineExceededException;
import dev.workflows.store.Claim;
import dev.workflows.store.Ending;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What instances end with. */
final class Endings {

    private final Payloads payloads;

    Endings(Payloads payloads) {
        this.payloads = payloads;
    }

    /** As {@code run} has returned or thrown; an output that cannot be stored and read back is a failure. */
    Ending of(Pass pass, @Nullable Object output, @Nullable Throwable thrown) {
        if (thrown != null) {
            return Ending.errored(Failures.of(Failures.unwrap(thrown)));
        }
        try {
            PayloadSpec spec = PayloadSpec.output(pass.definition(), PayloadSpec.of(pass.claim()));
            String stored = payloads.writeResult(output, spec);
            payloads.read(stored, spec);
            return Ending.complete(stored, spec.sensitive());
        } catch (RuntimeException e) {
            return Ending.errored(Failures.of(e));
        }
    }

    static Ending deadlineExceeded(Claim claim) {
        return Ending.errored(Failures.of(
                new DeadlineExceededException(claim.workflow(), claim.id(), Objects.requireNonNull(claim.deadline()))));
    }
}
