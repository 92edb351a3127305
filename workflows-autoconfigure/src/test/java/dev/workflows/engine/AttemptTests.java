package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Who may interrupt a body, and until when. */
class AttemptTests {

    private final Attempt attempt = new Attempt();

    @Test
    void theFirstToInterruptDecidesTheFate() {
        assertThat(attempt.interrupt(Attempt.Fate.TIMED_OUT)).isTrue();
        assertThat(attempt.interrupt(Attempt.Fate.STOPPED)).isFalse();

        assertThat(Thread.currentThread().isInterrupted()).isTrue();
        assertThat(attempt.end()).isEqualTo(Attempt.Fate.TIMED_OUT);
    }

    @Test
    void nobodyInterruptsABodyThatHasEnded() {
        assertThat(attempt.end()).isEqualTo(Attempt.Fate.UNDISTURBED);

        assertThat(attempt.interrupt(Attempt.Fate.TIMED_OUT)).isFalse();
        assertThat(attempt.abandon()).isFalse();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void noInterruptIsLeftBehindForTheEngine() {
        attempt.interrupt(Attempt.Fate.TIMED_OUT);

        attempt.end();

        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void onlyABodyThatWasInterruptedAtItsTimeoutAndRunsOnIsAbandoned() {
        assertThat(attempt.abandon()).isFalse();
        attempt.interrupt(Attempt.Fate.TIMED_OUT);
        assertThat(attempt.abandon()).isTrue();
        assertThat(attempt.abandon()).isFalse();
        assertThat(attempt.end()).isEqualTo(Attempt.Fate.ABANDONED);
    }

    @Test
    void aBodyThatEndsLateButBeforeItIsAbandonedHasTimedOut() {
        attempt.interrupt(Attempt.Fate.TIMED_OUT);
        assertThat(attempt.end()).isEqualTo(Attempt.Fate.TIMED_OUT);
        assertThat(attempt.abandon()).isFalse();
    }
}
