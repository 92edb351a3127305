package dev.workflows;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.boot.convert.DurationStyle;

/**
 * A duration as annotations and application.yml write it: Cloudflare's {@code "10 seconds"} and {@code "2.5 minutes"},
 * Spring's {@code "500ms"} and {@code "PT10S"}, or a bare number of milliseconds. Never negative.
 */
public record DurationText(Duration value) {

    private static final Duration LONGEST = Duration.ofDays(100 * 365);
    private static final int MAX_DIGITS = 30;

    private static final Pattern WORDS = Pattern.compile("(\\d+(?:\\.\\d+)?) +([a-z]+?)s?");

    private static final Map<String, Duration> UNITS = Map.of(
            "millisecond", Duration.ofMillis(1),
            "second", Duration.ofSeconds(1),
            "minute", Duration.ofMinutes(1),
            "hour", Duration.ofHours(1),
            "day", Duration.ofDays(1),
            "week", Duration.ofDays(7),
            "month", Duration.ofDays(30),
            "year", Duration.ofDays(365));

    /** @throws IllegalArgumentException if the text is no duration, negative, or longer than 100 years */
    public static DurationText valueOf(String text) {
        Duration parsed;
        try {
            parsed = parse(text.strip().toLowerCase(Locale.ROOT));
        } catch (IllegalArgumentException | ArithmeticException e) {
            // without its cause, of which Spring Boot would print the message instead of this one
            throw new IllegalArgumentException(
                    "\"%s\" is not a duration: write \"10 seconds\", \"2.5 minutes\", \"500ms\" or \"PT10S\""
                            .formatted(text));
        }
        if (parsed.isNegative() || parsed.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "The duration \"%s\" is out of bounds: it must be at least 0 and at most 100 years"
                            .formatted(text));
        }
        return new DurationText(parsed);
    }

    /** A bare number in YAML arrives as such: milliseconds. */
    public static DurationText valueOf(Integer milliseconds) {
        return valueOf(milliseconds.toString());
    }

    /** A bare number in YAML arrives as such: milliseconds. */
    public static DurationText valueOf(Long milliseconds) {
        return valueOf(milliseconds.toString());
    }

    /** The other way round, as short as it can be read: {@code 1m30s}. */
    public static String shortly(Duration duration) {
        return duration.toString().substring(2).toLowerCase(Locale.ROOT);
    }

    private static Duration parse(String text) {
        Matcher words = WORDS.matcher(text);
        if (words.matches()) {
            Duration unit = UNITS.get(words.group(2));
            if (unit == null || words.group(1).length() > MAX_DIGITS) {
                throw new IllegalArgumentException("No such unit of time");
            }
            BigDecimal nanos = new BigDecimal(words.group(1)).multiply(BigDecimal.valueOf(unit.toNanos()));
            return nanos.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0
                    ? LONGEST.plusDays(1)
                    : Duration.ofNanos(nanos.longValue());
        }
        return DurationStyle.detectAndParse(text);
    }
}
