package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

import dev.workflows.store.Claim;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Which passes a node that stops waits for. */
class PassesTests {

    private final Passes passes = new Passes(mock(), mock(), mock());
    private final Claim claim =
            new Claim(1, "order", "a", 1, 1, "{}", Instant.EPOCH, null, false, 0, "", null, null, null, null, false);

    @Test
    void aPassThatHasBegunIsWaitedFor() throws Exception {
        Pass pass = passes.begin(claim, mock(), mock(), mock()).orElseThrow();
        passes.stop();

        passes.awaitNone(Duration.ofMillis(1));
        assertThat(passes.all()).containsExactly(pass);

        passes.end(pass);
        passes.awaitNone(Duration.ofDays(1));
        assertThat(passes.all()).isEmpty();
    }

    @Test
    void noneBeginsOnceTheNodeStops() throws Exception {
        passes.stop();

        assertThat(passes.begin(claim, mock(), mock(), mock())).isEmpty();
        passes.awaitNone(Duration.ofDays(1));
    }
}
