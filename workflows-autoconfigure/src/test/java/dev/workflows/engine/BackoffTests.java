package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.workflows.Backoff;
import dev.workflows.NonRetryableException;
import dev.workflows.PayloadException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The arithmetic of waits between attempts. */
class BackoffTests {

    private static final Duration YEAR = Duration.ofDays(365);

    private static List<Long> seconds(Backoff backoff) {
        return IntStream.rangeClosed(1, 5)
                .mapToObj(attempts -> backoff.waitAfter(attempts, Duration.ofSeconds(10)))
                .map(Duration::toSeconds)
                .toList();
    }

    @Test
    void aConstantWaitStaysTheSame() {
        assertThat(seconds(Backoff.CONSTANT)).containsExactly(10L, 10L, 10L, 10L, 10L);
    }

    @Test
    void aLinearWaitGrowsByTheDelay() {
        assertThat(seconds(Backoff.LINEAR)).containsExactly(10L, 20L, 30L, 40L, 50L);
    }

    @Test
    void anExponentialWaitDoubles() {
        assertThat(seconds(Backoff.EXPONENTIAL)).containsExactly(10L, 20L, 40L, 80L, 160L);
    }

    @Test
    void aWaitIsExactToTheNanosecond() {
        assertThat(Backoff.LINEAR.waitAfter(3, Duration.ofNanos(333))).isEqualTo(Duration.ofNanos(999));
    }

    @ParameterizedTest
    @EnumSource(
            value = Backoff.class,
            names = {"LINEAR", "EXPONENTIAL"})
    void aWaitThatGrowsWithoutBoundsStopsAtAYear(Backoff backoff) {
        assertThat(backoff.waitAfter(Integer.MAX_VALUE, Duration.ofSeconds(10))).isEqualTo(YEAR);
    }

    @ParameterizedTest
    @EnumSource(
            value = Backoff.class,
            names = {"CONSTANT", "LINEAR", "EXPONENTIAL"})
    void aDelayLongerThanNanosecondsCanCountIsAYear(Backoff backoff) {
        assertThat(backoff.waitAfter(1, Duration.ofSeconds(Long.MAX_VALUE))).isEqualTo(YEAR);
        assertThat(backoff.waitAfter(7, Duration.ofDays(300 * 365))).isEqualTo(YEAR);
    }

    @ParameterizedTest
    @EnumSource(
            value = Backoff.class,
            names = {"CONSTANT", "LINEAR", "EXPONENTIAL"})
    void noDelayIsNoWaitHoweverManyAttempts(Backoff backoff) {
        assertThat(backoff.waitAfter(Integer.MAX_VALUE, Duration.ZERO)).isEqualTo(Duration.ZERO);
    }

    @Test
    void whatStandsForAValueHasNoArithmetic() {
        assertThatIllegalStateException().isThrownBy(() -> Backoff.AS_CONFIGURED.waitAfter(1, Duration.ZERO));
    }

    @Test
    void aWaitIsNeverLongerThanTheLongestDelay() {
        RetryPolicy policy = policy(5, Duration.ofSeconds(25), 0);

        assertThat(policy.waitAfter(1, new IllegalStateException(), new Random(1)))
                .isEqualTo(Duration.ofSeconds(10));
        assertThat(policy.waitAfter(2, new IllegalStateException(), new Random(1)))
                .isEqualTo(Duration.ofSeconds(20));
        assertThat(policy.waitAfter(3, new IllegalStateException(), new Random(1)))
                .isEqualTo(Duration.ofSeconds(25));
    }

    @Test
    void aComputedWaitIsUsedAsItIs() {
        RetryPolicy policy = new RetryPolicy(
                5,
                Duration.ofSeconds(10),
                Backoff.EXPONENTIAL,
                Duration.ofSeconds(1),
                1,
                (attempt, thrown) -> Duration.ofSeconds(attempt),
                List.of());

        assertThat(IntStream.rangeClosed(1, 4).mapToObj(i -> policy.waitAfter(i, new IOException(), new Random(1))))
                .extracting(Duration::toSeconds)
                .containsExactly(1L, 2L, 3L, 4L);
    }

    @Test
    void jitterVariesAWaitWithinItsShareBothWays() {
        RetryPolicy policy = policy(5, null, 0.2);
        Random random = new Random(42);

        List<Duration> waits = IntStream.range(0, 1_000)
                .mapToObj(i -> policy.waitAfter(1, new IllegalStateException(), random))
                .sorted()
                .toList();

        assertThat(waits.get(0)).isBetween(Duration.ofMillis(8_000), Duration.ofMillis(8_100));
        assertThat(waits.get(500)).isBetween(Duration.ofMillis(9_800), Duration.ofMillis(10_200));
        assertThat(waits.get(999)).isBetween(Duration.ofMillis(11_900), Duration.ofMillis(12_000));
    }

    @Test
    void fullJitterIsNeverNegativeAndKeepsToTheLongestDelay() {
        RetryPolicy policy = policy(5, Duration.ofSeconds(12), 1);
        Random random = new Random(42);

        assertThat(IntStream.range(0, 1_000).mapToObj(i -> policy.waitAfter(1, new IllegalStateException(), random)))
                .allSatisfy(wait -> assertThat(wait).isBetween(Duration.ZERO, Duration.ofSeconds(12)));
    }

    @Test
    void attemptsAreOneMoreThanRetries() {
        Exception thrown = new IOException();

        assertThat(policy(0, null, 0).isExhausted(1, thrown)).isTrue();
        assertThat(policy(5, null, 0).isExhausted(5, thrown)).isFalse();
        assertThat(policy(5, null, 0).isExhausted(6, thrown)).isTrue();
        assertThat(policy(Integer.MAX_VALUE, null, 0).isExhausted(Integer.MAX_VALUE, thrown))
                .isFalse();
    }

    @Test
    void someExceptionsAllowNoFurtherAttempt() {
        RetryPolicy policy = policy(5, null, 0, List.of(FileNotFoundException.class, AssertionError.class));

        assertThat(policy.isExhausted(1, new NonRetryableException("no"))).isTrue();
        assertThat(policy.isExhausted(1, new NonRetryableException("no") {})).isTrue();
        assertThat(policy.isExhausted(1, new FileNotFoundException())).isTrue();
        assertThat(policy.isExhausted(1, new AssertionError() {})).isTrue();
        assertThat(policy.isExhausted(1, new UnstorableResultException(new PayloadException("no"))))
                .isTrue();
        assertThat(policy.isExhausted(1, new IOException())).isFalse();
        assertThat(policy.isExhausted(1, new IOException(new FileNotFoundException())))
                .isFalse();
    }

    private static RetryPolicy policy(int retries, @Nullable Duration maxDelay, double jitter) {
        return policy(retries, maxDelay, jitter, List.of());
    }

    private static RetryPolicy policy(
            int retries, @Nullable Duration maxDelay, double jitter, List<Class<? extends Throwable>> noRetryFor) {
        return new RetryPolicy(
                retries, Duration.ofSeconds(10), Backoff.EXPONENTIAL, maxDelay, jitter, null, noRetryFor);
    }
}
