package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PollPaceTests {

    private static final Duration LONGEST = Duration.ofSeconds(1);

    @Test
    void aNodeThatFindsSomethingLooksAgainSoonAndThenLessAndLessOften() {
        PollPace pace = new PollPace(LONGEST, () -> false);

        assertThat(pace.afterLook(true)).isBetween(Duration.ofMillis(50), Duration.ofMillis(63));
        assertThat(pace.afterLook(false)).isBetween(Duration.ofMillis(100), Duration.ofMillis(125));
        assertThat(pace.afterLook(false)).isBetween(Duration.ofMillis(200), Duration.ofMillis(250));
        assertThat(pace.afterLook(false)).isBetween(Duration.ofMillis(400), Duration.ofMillis(500));
        for (int i = 0; i < 10; i++) {
            assertThat(pace.afterLook(false)).isBetween(Duration.ofMillis(800), LONGEST);
        }
        assertThat(pace.afterLook(true)).isLessThan(Duration.ofMillis(63));
    }

    @Test
    void aNodeThatIsToldLooksSeldom() {
        PollPace pace = new PollPace(LONGEST, () -> true);

        assertThat(pace.afterLook(true)).isBetween(Duration.ofSeconds(4), Duration.ofSeconds(5));
        assertThat(pace.afterLook(false)).isBetween(Duration.ofSeconds(4), Duration.ofSeconds(5));
    }

    @Test
    void nodesThatStartedTogetherDoNotLookTogether() {
        PollPace pace = new PollPace(LONGEST, () -> false);
        Set<Duration> waits = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            waits.add(pace.afterLook(false));
        }

        assertThat(waits).hasSizeGreaterThan(90);
    }
}
