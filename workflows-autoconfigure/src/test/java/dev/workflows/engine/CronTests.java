package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When cron expressions fire, on ordinary days and where the clock is changed. */
class CronTests {

    private static final ZoneId UTC = ZoneId.of("UTC");
    /** On 2026-03-29 it has no time between 2:00 and 3:00, and on 2026-10-25 it has that hour twice. */
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    /** Its clock is changed by half an hour: back on 2026-04-05 at 2:00, and put forward on 2026-10-04 at 2:00. */
    private static final ZoneId LORD_HOWE = ZoneId.of("Australia/Lord_Howe");
    /** It had no 30 December 2011. */
    private static final ZoneId APIA = ZoneId.of("Pacific/Apia");

    @Test
    void fiveFieldsBeginWithTheMinute() {
        assertThat(firings("30 6 * * *", UTC, "2026-11-22T06:30:00Z", 2))
                .containsExactly("2026-11-23T06:30:00Z", "2026-11-24T06:30:00Z");
    }

    @Test
    void sixFieldsBeginWithTheSecond() {
        assertThat(firings("*/20 30 6 * * *", UTC, "2026-11-22T06:00:00Z", 4))
                .containsExactly(
                        "2026-11-22T06:30:00Z", "2026-11-22T06:30:20Z", "2026-11-22T06:30:40Z", "2026-11-23T06:30:00Z");
    }

    @Test
    void macrosStandForExpressions() {
        assertThat(firings("@daily", BERLIN, "2026-11-22T06:00:00Z", 1)).containsExactly("2026-11-22T23:00:00Z");
        assertThat(firings("@hourly", UTC, "2026-11-22T06:00:00Z", 1)).containsExactly("2026-11-22T07:00:00Z");
    }

    @Test
    void daysOfTheWeekAreNamesOrCountedFromMonday() {
        String sunday = "2026-11-22T00:00:00Z";
        for (String monday : List.of("0 0 * * MON", "0 0 * * mon", "0 0 * * 1")) {
            assertThat(firings(monday, UTC, sunday, 1)).containsExactly("2026-11-23T00:00:00Z");
        }
        for (String nextSunday : List.of("0 0 * * SUN", "0 0 * * 0", "0 0 * * 7")) {
            assertThat(firings(nextSunday, UTC, sunday, 1)).containsExactly("2026-11-29T00:00:00Z");
        }
    }

    @Test
    void bothDayFieldsMustMatch() {
        assertThat(firings("0 0 13 * FRI", UTC, "2026-01-01T00:00:00Z", 3))
                .containsExactly("2026-02-13T00:00:00Z", "2026-03-13T00:00:00Z", "2026-11-13T00:00:00Z");
    }

    @Test
    void whatIsWrittenIsKeptButItsBlanks() {
        assertThat(Cron.of("  0\t6  * * *\n", UTC).text()).isEqualTo("0 6 * * *");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "6", "@reboot", "* * * *", "* * * * * * *", "60 * * * *", "0 24 * * *", "0 6 * * FOO"})
    void otherTextsAreRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Cron.of(text, UTC));
    }

    @Test
    void anExpressionWithoutAnyDayHasNoNextFiring() {
        assertThat(Cron.of("0 0 31 2 *", UTC).next(Instant.now())).isNull();
        assertThat(Cron.of("0 0 29 2 MON", UTC).next(Instant.parse("2026-11-22T00:00:00Z")))
                .isEqualTo("2044-02-29T00:00:00Z");
    }

    @Test
    void aTimeThatTheClockLeavesOutFiresOnceRightAfterTheChange() {
        assertThat(firings("30 2 * * *", BERLIN, "2026-03-28T00:00:00Z", 3))
                .containsExactly("2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z");
    }

    @Test
    void severalTimesThatTheClockLeavesOutFireOnceTogether() {
        assertThat(firings("*/15 1-2 * * *", BERLIN, "2026-03-29T00:30:00Z", 3))
                .containsExactly("2026-03-29T00:45:00Z", "2026-03-29T01:00:00Z", "2026-03-29T23:00:00Z");
    }

    @Test
    void aTimeThatTheClockRepeatsFiresTheFirstTime() {
        assertThat(firings("30 2 * * *", BERLIN, "2026-10-24T12:00:00Z", 2))
                .containsExactly("2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z");
    }

    @Test
    void aTimeThatTheClockRepeatsDoesNotFireForWhoAsksInBetween() {
        assertThat(firings("30 2 * * *", BERLIN, "2026-10-25T01:10:00Z", 1)).containsExactly("2026-10-26T01:30:00Z");
        assertThat(firings("0 3 * * *", BERLIN, "2026-10-25T01:10:00Z", 1)).containsExactly("2026-10-25T02:00:00Z");
    }

    @Test
    void whatFiresEveryHourGoesOnByElapsedTime() {
        assertThat(firings("30 * * * *", BERLIN, "2026-03-28T23:40:00Z", 3))
                .containsExactly("2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z", "2026-03-29T02:30:00Z");
        assertThat(firings("30 * * * *", BERLIN, "2026-10-24T23:40:00Z", 3))
                .containsExactly("2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-25T02:30:00Z");
        assertThat(firings("*/20 * * * *", BERLIN, "2026-10-25T00:40:00Z", 3))
                .containsExactly("2026-10-25T01:00:00Z", "2026-10-25T01:20:00Z", "2026-10-25T01:40:00Z");
    }

    @Test
    void aClockMayBeChangedByHalfAnHour() {
        assertThat(firings("45 1 * * *", LORD_HOWE, "2026-04-04T00:00:00Z", 2))
                .containsExactly("2026-04-04T14:45:00Z", "2026-04-05T15:15:00Z");
        assertThat(firings("15 2 * * *", LORD_HOWE, "2026-10-03T00:00:00Z", 2))
                .containsExactly("2026-10-03T15:30:00Z", "2026-10-04T15:15:00Z");
    }

    @Test
    void aDayThatIsLeftOutFiresWhenTheNextBegins() {
        assertThat(firings("0 6 * * *", APIA, "2011-12-29T12:00:00Z", 3))
                .containsExactly("2011-12-29T16:00:00Z", "2011-12-30T10:00:00Z", "2011-12-30T16:00:00Z");
    }

    @Test
    void theLastFiringIsFoundHoweverManyThereWere() {
        Cron cron = Cron.of("* * * * * *", UTC);
        Instant until = Instant.parse("2026-11-22T06:00:00.5Z");

        assertThat(cron.last(until.minus(Duration.ofDays(3650)), until)).isEqualTo("2026-11-22T06:00:00Z");
        assertThat(cron.last(until.minusMillis(500), until)).isNull();
    }

    private static List<String> firings(String text, ZoneId zone, String after, int number) {
        Cron cron = Cron.of(text, zone);
        List<String> firings = new ArrayList<>();
        Instant next = Instant.parse(after);
        for (int i = 0; i < number; i++) {
            next = cron.next(next);
            firings.add(next.toString());
        }
        return firings;
    }
}
