package dev.workflows.chaos;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.workflows.chaos.Journal.Line;
import dev.workflows.chaos.Journal.What;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The checker finds what it is there for: each of these has one of the rules broken, and says which. */
@Tag("chaos")
class CheckerTests {

    /** What is given up keeps the epoch that it was claimed with, so that the next claim has none that is newer. */
    private static final List<String> NO_EPOCHS = List.of("""
            create function keep_epoch() returns trigger language plpgsql as $$
            begin
                if new.owner is null and old.epoch > 0 then new.epoch := 1; end if;
                return new;
            end $$""", """
            create trigger keep_epoch before update on workflow_instance for each row execute function keep_epoch()""");

    private static final String STALE_WRITE =
            "Attempt 2 at Key[instance=0000000, kind=step, step=pack] was entered, but" + " attempt 1 is stored";
    private static final String TWO_ROWS =
            "The ledger has rows of Key[instance=0000000, kind=step, step=book] by the attempts [1, 2]";

    /** What is done to the tables, and how the checker puts it. */
    private static final Map<String, String> SPOILT = Map.ofEntries(
            entry("delete from ledger where instance = '0000001' and step = 'pay'", "by the attempts []"),
            entry("insert into ledger values ('0000001-parcel', 'post', 1)", "by the attempts [1, 1]"),
            entry("update ledger set attempt = 2 where step = 'book'", "by the attempts [2]"),
            entry("update workflow_event set consumed_at = null where payload like '%1/2%'", "was never taken"),
            entry("delete from workflow_event where payload like '%1/1%'", "and [0000001/2] are stored"),
            entry("insert into sent values ('0000001', '0000001/3')", "and [0000001/1, 0000001/2] are stored"),
            entry(
                    "update workflow_step set output = '\"0000001/1\"' where kind = 'wait' and output like '%1/2%'",
                    "its waits took [0000001/1, 0000001/1]"),
            entry("update workflow_instance set status = 'errored' where id = '0000001'", "has not ended well"),
            entry("delete from workflow_instance where id = '0000001-parcel'", "was created and is not there"),
            entry(
                    "insert into workflow_instance (workflow, id, status, params, epoch, interrupted, created_at)"
                            + " values ('trip', '0000001-again', 'complete', '', 1, false, current_timestamp)",
                    "There are 5 instances, not 4"),
            entry(
                    "update workflow_instance set output = replace(output, '=7', '=8') where id = '0000000'",
                    "does not follow from its params"),
            entry(
                    "update workflow_instance set output = replace(output, 'plan#1', 'plan#9') where workflow = 'trip'",
                    "is not in the output"),
            entry("delete from workflow_step where name = 'left'", "has checkpoints of the steps"),
            entry("update workflow_step set attempts = 9 where name = 'left'", "was entered, but attempt 9 is stored"),
            entry(
                    "update workflow_step set output = replace(output, '#1', '#9') where name = 'left'",
                    "No body of Key[instance=0000000, kind=step, step=left] has returned"),
            entry("update workflow_step set epoch = 0 where name = 'pay'", "under epoch 0 after"),
            entry("update workflow_step set epoch = 99 where name = 'pay'", "and its instance ended under"));

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path directory;

    /** A node is frozen inside a body until the instance is inside the next attempt on another node. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aStaleWriteAfterATakeOverIsFoundWhereNoEpochIsChecked(boolean checked) throws Exception {
        Path first = Files.createFile(Bodies.hold(directory, "pack", 1));
        Path second = Files.createFile(Bodies.hold(directory, "pack", 2));
        try (Chaos chaos = Chaos.begin(directory)) {
            if (!checked) {
                NO_EPOCHS.forEach(statement -> chaos.jdbc().sql(statement).update());
            }
            chaos.start(2);
            chaos.sender().send(1, Duration.ZERO, 0);

            int place = "ab"
                    .indexOf(awaitLine(chaos, line -> isEntry(line, "pack", 1))
                            .node()
                            .charAt(0));
            chaos.fleet().freeze(place);
            awaitLine(chaos, line -> isEntry(line, "pack", 2));
            Files.delete(first);
            chaos.fleet().thaw(place);
            awaitLine(chaos, line -> line.what() == What.RETURNED && line.step().equals("pack"));
            if (!checked) {
                await().until(() -> !chaos.jdbc()
                        .sql("select 1 from workflow_step where name = 'pack'")
                        .query()
                        .listOfRows()
                        .isEmpty());
            }
            Files.delete(second);
            chaos.awaitEnd();

            List<String> violations = chaos.checker().violations(1);
            if (checked) {
                assertThat(violations).isEmpty();
            } else {
                assertThat(violations)
                        .anySatisfy(violation -> assertThat(violation).startsWith(STALE_WRITE));
            }
        }
    }

    @Test
    void aSecondRowIsFoundWhereCheckpointsAreStoredAfterTheCommit() throws Exception {
        try (Chaos chaos = Chaos.begin(directory)) {
            // killed with its first transactional step, and started again as it should be
            chaos.fleet().start("chaos.late-checkpoints=true");
            chaos.sender().send(1, Duration.ZERO, 0);
            chaos.awaitEnd();

            assertThat(chaos.checker().violations(1))
                    .anySatisfy(violation -> assertThat(violation).startsWith(TWO_ROWS));
        }
    }

    /** A run in which nothing was broken, spoilt afterwards in one way after the other. */
    @Test
    void whateverIsSpoiltIsFound() throws Exception {
        try (Chaos chaos = Chaos.begin(directory)) {
            chaos.start(1);
            chaos.sender().send(2, Duration.ZERO, 0);
            chaos.awaitEnd();
            assertThat(chaos.checker().violations(2)).isEmpty();

            SPOILT.forEach((statement, found) -> chaos.transaction().executeWithoutResult(status -> {
                assertThat(chaos.jdbc().sql(statement).update()).isPositive();
                assertFound(chaos, found);
                status.setRollbackOnly();
            }));
            Line first = find(chaos, line -> isEntry(line, "plan", 1)).orElseThrow();
            chaos.journal().write(first);
            assertFound(chaos, "was entered twice");
            assertFound(chaos, "was entered by a.1 when run had its result already");
            chaos.journal().write(new Line(first.at(), What.SAW, "a.1", first.instance(), "plan", 0, "plan#1@b.1=7"));
            assertFound(chaos, "was given \"plan#1@b.1=7\" by plan");
        }
    }

    private static void assertFound(Chaos chaos, String violation) {
        assertThat(chaos.checker().violations(2))
                .anySatisfy(found -> assertThat(found).contains(violation));
    }

    private static Line awaitLine(Chaos chaos, Predicate<Line> wanted) {
        return await().atMost(Duration.ofSeconds(20))
                .until(() -> find(chaos, wanted), Optional::isPresent)
                .orElseThrow();
    }

    private static Optional<Line> find(Chaos chaos, Predicate<Line> wanted) {
        try (Stream<Line> lines = chaos.journal().lines()) {
            return lines.filter(wanted).findFirst();
        }
    }

    private static boolean isEntry(Line line, String step, int attempt) {
        return line.what() == What.ENTERED && line.step().equals(step) && line.attempt() == attempt;
    }
}
