package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import dev.workflows.CatchUp;
import dev.workflows.Overlap;
import dev.workflows.Retention;
import dev.workflows.Schedule;
import dev.workflows.store.Firings;
import dev.workflows.store.NewInstance;
import dev.workflows.store.ScheduleKey;
import dev.workflows.store.WorkflowStore;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.util.unit.DataSize;

/** What is fired when, by the time that the database says; nothing here looks at the clock of the node. */
class TimetableTests {

    private static final String WORKFLOW = "report";
    private static final ScheduleKey DAILY = key("0 6 * * *");
    private static final ScheduleKey EVERY_SECOND = key("* * * * * *");
    private static final Retention KEPT = new Retention(Duration.ofDays(1), Duration.ofDays(1));
    private static final Instant SIX = Instant.parse("2031-11-22T06:00:00Z");

    private final WorkflowStore store = mock();
    private final List<Schedule> created = new ArrayList<>();
    private final List<String> ids = new ArrayList<>();
    private Map<ScheduleKey, Instant> rows = Map.of();
    private Instant now = SIX;
    private boolean away;

    @BeforeEach
    void store() {
        when(store.fire(eq(WORKFLOW), any())).thenAnswer(call -> {
            if (away) {
                throw new IllegalStateException("away");
            }
            UnaryOperator<Firings> change = call.getArgument(1);
            Firings after = change.apply(new Firings(now, rows));
            rows = after.last();
            return after;
        });
        when(store.create(any())).thenAnswer(call -> {
            List<NewInstance> instances = call.getArgument(0);
            instances.forEach(instance -> created.add(instance.schedule()));
            instances.forEach(instance -> ids.add(instance.id()));
            return Map.of(instances.get(0).id(), 1L);
        });
    }

    @Test
    void fireWhatIsDueByTheTimeOfTheDatabase() {
        rows = Map.of(DAILY, SIX.minus(Duration.ofDays(1)));
        Timetable timetable = timetable("0 6 * * *");

        now = SIX.minusMillis(1);
        assertThat(timetable.fire()).contains(Duration.ofMillis(1));
        assertThat(created).isEmpty();

        now = SIX;
        assertThat(timetable.fire()).contains(Duration.ofDays(1));
        assertThat(created).containsExactly(new Schedule("0 6 * * *", SIX));
        assertThat(ids).containsExactly("schedule-20311122T060000Z");
        assertThat(rows).isEqualTo(Map.of(DAILY, SIX));

        now = SIX.plusSeconds(5);
        assertThat(timetable.fire()).contains(Duration.ofDays(1).minusSeconds(5));
        assertThat(created).hasSize(1);
    }

    @Test
    void whatAnotherNodeHasFiredIsNotFiredAgain() {
        rows = Map.of(DAILY, SIX);
        now = SIX.plusSeconds(1);

        assertThat(timetable("0 6 * * *").fire()).contains(Duration.ofDays(1).minusSeconds(1));

        assertThat(created).isEmpty();
    }

    @Test
    void aClockOfTheDatabaseThatIsSetBackFiresNothingTwice() {
        rows = Map.of(DAILY, SIX);
        now = SIX.minusSeconds(30);

        assertThat(timetable("0 6 * * *").fire()).contains(Duration.ofDays(1).plusSeconds(30));

        assertThat(created).isEmpty();
        assertThat(rows).isEqualTo(Map.of(DAILY, SIX));
    }

    @Test
    void eachFiringThatIsALittleLateIsFired() {
        rows = Map.of(EVERY_SECOND, SIX);
        now = SIX.plusMillis(3200);

        assertThat(timetable("* * * * * *").fire()).contains(Duration.ofMillis(800));

        assertThat(created)
                .extracting(Schedule::scheduledTime)
                .containsExactly(SIX.plusSeconds(1), SIX.plusSeconds(2), SIX.plusSeconds(3));
    }

    @Test
    void ofFiringsThatWereMissedTheLastIsFired() {
        rows = Map.of(DAILY, SIX.minus(Duration.ofDays(4)));
        now = SIX.plusSeconds(3600);

        timetable("0 6 * * *").fire();

        assertThat(created).extracting(Schedule::scheduledTime).containsExactly(SIX);
        assertThat(rows).isEqualTo(Map.of(DAILY, SIX));
    }

    @Test
    void whatIsOnTimeMakesUpForWhatWasMissed() {
        rows = Map.of(DAILY, SIX.minus(Duration.ofDays(4)));
        now = SIX.plusSeconds(9);

        timetable("0 6 * * *").fire();

        assertThat(created).extracting(Schedule::scheduledTime).containsExactly(SIX);
    }

    @Test
    void whatWasMissedIsLeftOutAtTheStartWhereThatIsSaid() {
        rows = Map.of(DAILY, SIX.minus(Duration.ofDays(4)));
        now = SIX.plusSeconds(3600);

        assertThat(timetable(CatchUp.SKIP, Overlap.ALLOW, "0 6 * * *").fire())
                .contains(Duration.ofDays(1).minusSeconds(3600));

        assertThat(created).isEmpty();
        assertThat(rows).isEqualTo(Map.of(DAILY, SIX));
    }

    @Test
    void whatIsNotYetMissedIsFiredAtTheStartAllTheSame() {
        rows = Map.of(DAILY, SIX.minus(Duration.ofDays(4)));
        now = SIX.plusSeconds(9);

        timetable(CatchUp.SKIP, Overlap.ALLOW, "0 6 * * *").fire();

        assertThat(created).extracting(Schedule::scheduledTime).containsExactly(SIX);
    }

    @Test
    void whatIsLateBecauseOfAnOutageIsFiredEvenWhereWhatIsMissedIsLeftOut() {
        rows = Map.of(DAILY, SIX.minus(Duration.ofDays(1)));
        now = SIX.minusSeconds(60);
        Timetable timetable = timetable(CatchUp.SKIP, Overlap.ALLOW, "0 6 * * *");
        timetable.fire();

        now = SIX.plusSeconds(3600);
        timetable.fire();

        assertThat(created).extracting(Schedule::scheduledTime).containsExactly(SIX);
    }

    @Test
    void anOutageAtTheStartIsNoStart() {
        rows = Map.of(DAILY, SIX.minus(Duration.ofDays(1)));
        Timetable timetable = timetable(CatchUp.SKIP, Overlap.ALLOW, "0 6 * * *");
        now = SIX.plusSeconds(3600);
        away = true;
        assertThatThrownBy(timetable::fire).hasMessage("away");

        away = false;
        timetable.fire();
        assertThat(created).isEmpty();
    }

    @Test
    void aScheduleThatNobodyKnowsStartsFromNow() {
        assertThat(timetable("0 6 * * *").fire()).contains(Duration.ofDays(1));

        assertThat(created).isEmpty();
        assertThat(rows).isEqualTo(Map.of(DAILY, SIX));
    }

    @Test
    void whatTheWorkflowNoLongerHasIsForgottenAtTheStart() {
        rows = Map.of(DAILY, SIX.minusSeconds(3600), key("0 7 * * *"), SIX.minus(Duration.ofDays(30)));

        timetable("0 6 * * *").fire();

        assertThat(rows).containsOnlyKeys(DAILY);
    }

    @Test
    void whatOtherNodesHaveIsLeftAloneLater() {
        rows = Map.of(DAILY, SIX.minusSeconds(3600));
        Timetable timetable = timetable("0 6 * * *");
        timetable.fire();

        rows = Map.of(DAILY, SIX, key("0 7 * * *"), SIX);
        now = SIX.plusSeconds(60);
        timetable.fire();

        assertThat(rows).containsOnlyKeys(DAILY, key("0 7 * * *"));
    }

    @Test
    void aNodeWhoseScheduleWasForgottenByOthersFiresOnFromWhereItWas() {
        rows = Map.of(DAILY, SIX.minus(Duration.ofDays(1)));
        now = SIX.minusSeconds(60);
        Timetable timetable = timetable("0 6 * * *");
        timetable.fire();

        rows = Map.of(key("0 7 * * *"), SIX);
        now = SIX;
        timetable.fire();

        assertThat(created).extracting(Schedule::scheduledTime).containsExactly(SIX);
        assertThat(rows).isEqualTo(Map.of(DAILY, SIX, key("0 7 * * *"), SIX));
    }

    @Test
    void severalSchedulesFireInTheOrderOfTheirTimesUnderIdsOfTheirOwn() {
        rows = Map.of(DAILY, SIX.minusSeconds(1), key("59 5 * * *"), SIX.minusSeconds(120));
        now = SIX.plusSeconds(3);

        timetable("0 6 * * *", "59 5 * * *").fire();

        assertThat(created)
                .containsExactly(new Schedule("59 5 * * *", SIX.minusSeconds(60)), new Schedule("0 6 * * *", SIX));
        assertThat(ids.get(0)).matches("schedule-20311122T055900Z-[0-9a-f]{8}");
        assertThat(ids.get(1)).matches("schedule-20311122T060000Z-[0-9a-f]{8}");
        assertThat(ids.get(0).substring(26)).isNotEqualTo(ids.get(1).substring(26));
    }

    @Test
    void schedulesThatFireTogetherOverlap() {
        rows = Map.of(DAILY, SIX.minusSeconds(1), EVERY_SECOND, SIX.minusSeconds(1));
        when(store.hasUnfinishedScheduled(WORKFLOW)).thenAnswer(call -> !created.isEmpty());

        timetable(CatchUp.ONCE, Overlap.SKIP, "0 6 * * *", "* * * * * *").fire();

        assertThat(created).containsExactly(new Schedule("0 6 * * *", SIX));
        assertThat(rows).isEqualTo(Map.of(DAILY, SIX, EVERY_SECOND, SIX));
    }

    private Timetable timetable(String... crons) {
        return timetable(CatchUp.ONCE, Overlap.ALLOW, crons);
    }

    private Timetable timetable(CatchUp catchUp, Overlap overlap, String... crons) {
        List<Cron> parsed = List.of(crons).stream()
                .map(text -> Cron.of(text, ZoneOffset.UTC))
                .toList();
        WorkflowDefinition definition = mock();
        when(definition.name()).thenReturn(WORKFLOW);
        when(definition.storedNames()).thenReturn(List.of(WORKFLOW));
        when(definition.storedAs(WORKFLOW)).thenReturn(definition);
        when(definition.version()).thenReturn("");
        when(definition.limits()).thenReturn(new WorkflowLimits(0, 1, 0, 10_000));
        when(definition.paramsType()).thenReturn(Void.class);
        when(definition.schedules()).thenReturn(new Schedules(parsed, catchUp, overlap));
        DataSize limit = DataSize.ofMegabytes(1);
        Payloads payloads = new Payloads(new PayloadLimits(limit, limit, limit), null);
        Starter starter = new Starter(store, () -> null);
        EngineSettings settings = mock();
        when(settings.retention()).thenReturn(KEPT);
        Workflows workflows = new Workflows(List.of(definition), settings, payloads, new StaticListableBeanFactory());
        Steering steering = new Steering(store, workflows, () -> null);
        DefaultWorkflowBinding binding = new DefaultWorkflowBinding(definition, payloads, store, starter, steering);
        return new Timetable(definition, binding, store);
    }

    private static ScheduleKey key(String cron) {
        return new ScheduleKey(cron, "Z");
    }
}
