package dev.workflows.engine;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.scheduling.support.CronExpression;
import org.springframework.util.StringUtils;

/**
 * A cron expression in its zone. Where a clock change repeats or leaves out the time at which it is to fire, it fires
 * once: at the first of the two, or when the clock has been put forward. Only what fires every hour goes on by elapsed time.
 *
 * @param text as it was written, blanks apart
 */
record Cron(String text, CronExpression expression, ZoneId zone) {

    private static final int HOURS = 2;
    private static final Duration SECOND = Duration.ofSeconds(1);

    /** @throws IllegalArgumentException if the text is no cron expression */
    static Cron of(String text, ZoneId zone) {
        List<String> fields = List.of(StringUtils.tokenizeToStringArray(text, " \t\r\n"));
        String written = String.join(" ", fields);
        return switch (fields.size()) {
            case 5 -> new Cron(written, CronExpression.parse("0 " + written), zone);
            case 1, 6 -> new Cron(written, CronExpression.parse(written), zone);
            default -> throw new IllegalArgumentException("it has %d fields".formatted(fields.size()));
        };
    }

    /** The first firing after a time; null if there is none. */
    @Nullable
    Instant next(Instant after) {
        return firesEveryHour() ? nextByElapsedTime(after) : nextByLocalTime(after);
    }

    /** The last firing after one time and not after another; null if there is none. */
    @Nullable
    Instant last(Instant after, Instant until) {
        if (!firesBetween(after, until)) {
            return null;
        }
        Instant before = after;
        Instant from = until;
        // firings are at whole seconds, so at most one is left
        while (Duration.between(before, from).compareTo(SECOND) > 0) {
            Instant middle = before.plus(Duration.between(before, from).dividedBy(2));
            if (firesBetween(middle, until)) {
                before = middle;
            } else {
                from = middle;
            }
        }
        return next(before);
    }

    private boolean firesBetween(Instant after, Instant until) {
        Instant next = next(after);
        return next != null && !next.isAfter(until);
    }

    /** Macros are written out in what the expression says of itself. */
    private boolean firesEveryHour() {
        return expression.toString().split(" ")[HOURS].equals("*");
    }

    /** Looks for it under the offset that applies, and after the next clock change under the one that applies then. */
    private @Nullable Instant nextByElapsedTime(Instant after) {
        ZoneRules rules = zone.getRules();
        ZoneOffset offset = rules.getOffset(after);
        LocalDateTime local = LocalDateTime.ofInstant(after, offset);
        ZoneOffsetTransition change = rules.nextTransition(after);
        while (true) {
            LocalDateTime next = expression.next(local);
            if (next == null) {
                return null;
            }
            Instant firing = next.toInstant(offset);
            if (change == null || firing.isBefore(change.getInstant())) {
                return firing;
            }
            offset = change.getOffsetAfter();
            local = change.getDateTimeAfter().minusNanos(1);
            change = rules.nextTransition(change.getInstant());
        }
    }

    private @Nullable Instant nextByLocalTime(Instant after) {
        ZoneRules rules = zone.getRules();
        ZoneOffset offset = rules.getOffset(after);
        LocalDateTime local = LocalDateTime.ofInstant(after, offset);
        ZoneOffsetTransition repeated = rules.getTransition(local);
        if (repeated != null && repeated.isOverlap() && offset.equals(repeated.getOffsetAfter())) {
            // what is being repeated has fired the first time
            local = repeated.getDateTimeBefore().minusNanos(1);
        }
        LocalDateTime next = expression.next(local);
        if (next == null) {
            return null;
        }
        ZoneOffsetTransition change = rules.getTransition(next);
        return change != null && change.isGap()
                ? change.getInstant()
                : next.atZone(zone).toInstant();
    }
}
