package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.workflows.DurationText;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.BigRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Scale;

/** Durations as people write them, and texts that are none. */
class DurationTextPropertyTests {

    private static final Duration LONGEST = Duration.ofDays(100 * 365);

    private static final Map<String, Duration> WORDS = Map.of(
            "millisecond", Duration.ofMillis(1),
            "second", Duration.ofSeconds(1),
            "minute", Duration.ofMinutes(1),
            "hour", Duration.ofHours(1),
            "day", Duration.ofDays(1),
            "week", Duration.ofDays(7),
            "month", Duration.ofDays(30),
            "year", Duration.ofDays(365));

    private static final Map<String, Duration> SUFFIXES = Map.of(
            "ns", Duration.ofNanos(1),
            "us", Duration.ofNanos(1_000),
            "ms", Duration.ofMillis(1),
            "s", Duration.ofSeconds(1),
            "m", Duration.ofMinutes(1),
            "h", Duration.ofHours(1),
            "d", Duration.ofDays(1));

    @Property(tries = 300)
    void wordsAreTheirValue(
            @ForAll @BigRange(min = "0", max = "100") @Scale(4) BigDecimal number,
            @ForAll("words") String word,
            @ForAll boolean plural,
            @ForAll boolean upperCase,
            @ForAll @IntRange(min = 1, max = 3) int spaces) {
        String text = " " + number.toPlainString() + " ".repeat(spaces) + word + (plural ? "s" : "") + " ";

        Duration parsed = DurationText.valueOf(upperCase ? text.toUpperCase(Locale.ROOT) : text)
                .value();

        BigDecimal nanos = number.multiply(BigDecimal.valueOf(WORDS.get(word).toNanos()));
        assertThat(parsed).isEqualTo(Duration.ofNanos(nanos.longValue()));
    }

    @Property(tries = 200)
    void springsSuffixesAreTheirValue(
            @ForAll @LongRange(min = 0, max = 36_500) long number, @ForAll("suffixes") String suffix) {
        assertThat(DurationText.valueOf(number + suffix).value())
                .isEqualTo(SUFFIXES.get(suffix).multipliedBy(number));
    }

    @Property(tries = 200)
    void aBareNumberIsMilliseconds(@ForAll @LongRange(min = 0, max = 3_000_000_000_000L) long number) {
        assertThat(DurationText.valueOf(Long.toString(number)).value()).isEqualTo(Duration.ofMillis(number));
    }

    @Property(tries = 200)
    void anIsoDurationIsItsValue(
            @ForAll @LongRange(min = 0, max = 3_000_000_000L) long seconds,
            @ForAll @IntRange(min = 0, max = 999_999_999) int nanos) {
        Duration duration = Duration.ofSeconds(seconds, nanos);

        assertThat(DurationText.valueOf(duration.toString()).value()).isEqualTo(duration);
    }

    @Property(tries = 500)
    void anyOtherTextIsRefusedWithTheReasonAndNothingElse(@ForAll @From("texts") String text) {
        Throwable thrown = catchThrowable(() -> {
            Duration value = DurationText.valueOf(text).value();
            assertThat(value).isBetween(Duration.ZERO, LONGEST);
        });

        if (thrown != null) {
            assertThat(thrown).isExactlyInstanceOf(IllegalArgumentException.class);
            assertThat(thrown.getMessage())
                    .isIn(
                            "\"" + text
                                    + "\" is not a duration: write \"10 seconds\", \"2.5 minutes\", \"500ms\" or \"PT10S\"",
                            "The duration \"" + text
                                    + "\" is out of bounds: it must be at least 0 and at most 100 years");
        }
    }

    @Provide
    Arbitrary<String> words() {
        return Arbitraries.of(WORDS.keySet());
    }

    @Provide
    Arbitrary<String> suffixes() {
        return Arbitraries.of(SUFFIXES.keySet());
    }

    /** Anything at all, and what looks much like a duration. */
    @Provide
    Arbitrary<String> texts() {
        Arbitrary<String> close =
                Arbitraries.strings().withChars("0123456789.+- PTptsmhdny").ofMaxLength(12);
        Arbitrary<String> huge = Arbitraries.strings()
                .numeric()
                .ofMinLength(1)
                .ofMaxLength(60)
                .flatMap(digits -> Arbitraries.of(List.of("", "s", "d", " days", " years", ".5 seconds", "e9 seconds"))
                        .map(unit -> digits + unit));
        return Arbitraries.oneOf(Arbitraries.strings().all().ofMaxLength(20), close, huge, huge.map("PT"::concat));
    }
}
