package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/** What holds of every cron expression in every zone. */
class CronPropertyTests {

    /** None twice, none left out, and all in order. */
    @Property(tries = 300)
    void everyLocalTimeThatMatchesFiresOnce(
            @ForAll @IntRange(max = 23) int hour,
            @ForAll @IntRange(max = 59) int minute,
            @ForAll("zones") ZoneId zone,
            @ForAll @IntRange(min = 1990, max = 2040) int year) {
        Cron cron = Cron.of(minute + " " + hour + " * * *", zone);
        LocalDateTime start = LocalDateTime.of(year, 1, 1, 12, 0);
        Instant after = start.atZone(zone).toInstant();
        Instant end = start.plusYears(1).atZone(zone).toInstant();

        List<Instant> firings = new ArrayList<>();
        for (Instant next = cron.next(after); !next.isAfter(end); next = cron.next(next)) {
            firings.add(next);
        }

        List<Instant> expected = new ArrayList<>();
        LocalDateTime day = start.withHour(hour).withMinute(minute);
        for (LocalDateTime local = day; !local.isAfter(start.plusYears(1)); local = local.plusDays(1)) {
            ZoneOffsetTransition change = zone.getRules().getTransition(local);
            Instant firing = change != null && change.isGap()
                    ? change.getInstant()
                    : local.atZone(zone).withEarlierOffsetAtOverlap().toInstant();
            if (firing.isAfter(after) && !firing.isAfter(end)) {
                expected.add(firing);
            }
        }
        assertThat(firings).isEqualTo(expected);
    }

    @Property(tries = 300)
    void whatFiresEveryMinuteFiresInEachMinuteThatPasses(
            @ForAll("zones") ZoneId zone, @ForAll @LongRange(min = 0, max = 2_000_000_000L) long second) {
        Instant after = Instant.ofEpochSecond(second);

        // offsets of whole minutes, as there are since 1972
        assertThat(Cron.of("* * * * *", zone).next(after)).isEqualTo(Instant.ofEpochSecond((second / 60 + 1) * 60));
    }

    @Property(tries = 300)
    void theLastFiringIsTheOneBeforeWhichNoneIsLeftOut(
            @ForAll("crons") Cron cron,
            @ForAll @LongRange(min = 0, max = 2_000_000_000L) long second,
            @ForAll @IntRange(max = 3 * 24 * 3600) int seconds) {
        Instant after = Instant.ofEpochSecond(second);
        Instant until = after.plusSeconds(seconds);

        Instant last = null;
        for (Instant next = cron.next(after); next != null && !next.isAfter(until); next = cron.next(next)) {
            last = next;
        }

        assertThat(cron.last(after, until)).isEqualTo(last);
    }

    @Property(tries = 300)
    void theNextFiringIsTheSameForAllWhoAskBeforeIt(
            @ForAll("crons") Cron cron,
            @ForAll @LongRange(min = 0, max = 2_000_000_000L) long second,
            @ForAll @IntRange(min = 1, max = 1000) int share) {
        Instant after = Instant.ofEpochSecond(second);
        Instant next = cron.next(after);

        assertThat(next).isAfter(after);
        Instant between =
                after.plus(Duration.between(after, next).dividedBy(1000).multipliedBy(share - 1));
        assertThat(cron.next(between)).isEqualTo(next);
        assertThat(cron.next(next.minusNanos(1))).isEqualTo(next);
    }

    @Provide
    Arbitrary<ZoneId> zones() {
        return Arbitraries.of(
                ZoneId.of("UTC"),
                ZoneId.of("Europe/Berlin"),
                ZoneId.of("Australia/Lord_Howe"),
                ZoneId.of("America/New_York"),
                ZoneOffset.ofHours(-3));
    }

    @Provide
    Arbitrary<Cron> crons() {
        Arbitrary<String> minutes = Arbitraries.of("0", "30", "*/15", "*", "5,55");
        Arbitrary<String> hours = Arbitraries.of("*", "2", "1-3", "*/2", "0,23");
        Arbitrary<String> days = Arbitraries.of("* * *", "1 * *", "* * SUN", "* 3,10 *", "L * *");
        return Combinators.combine(minutes, hours, days, zones())
                .as((minute, hour, day, zone) -> Cron.of(String.join(" ", minute, hour, day), zone));
    }
}
