package dev.workflows.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.workflows.Status;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The whole table, as a reader of the documentation would draw it. */
class TransitionTests {

    /** A row for each status that an instance comes from, {@code -} where the transition is refused. */
    private static final String TABLE = """
            from              CLAIM    SUSPEND  HAND_BACK  COMPLETES  FAILS    PAUSE            RESUME      TERMINATE   TERMINATE_WITH_ROLLBACK  RESTART  SEND_EVENT
            queued            running  -        -          -          -        paused           queued      terminated  queued                   queued   queued
            running           -        waiting  queued     complete   errored  waitingForPause  running     terminated  queued                   queued   running
            paused            running  -        -          -          -        paused           queued      terminated  queued                   queued   paused
            errored           -        -        -          -          -        errored          errored     -           -                        queued   -
            terminated        -        -        -          -          -        terminated       terminated  -           -                        queued   -
            complete          -        -        -          -          -        complete         complete    -           -                        queued   -
            waiting           running  -        -          -          -        paused           waiting     terminated  queued                   queued   waiting
            waitingForPause   -        paused   paused     complete   errored  waitingForPause  running     terminated  queued                   queued   waitingForPause
            unknown           -        -        -          -          -        -                -           -           -                        -        -
            """;

    @Test
    void leadsWhereTheTableSaysAndNowhereElse() {
        assertThat(table()).isEqualTo(TABLE.replaceAll(" +", " "));
    }

    private static String table() {
        String head = Arrays.stream(Transition.values()).map(Transition::name).collect(Collectors.joining(" "));
        return "from %s\n".formatted(head)
                + Arrays.stream(Status.values()).map(TransitionTests::row).collect(Collectors.joining());
    }

    private static String row(Status from) {
        return from.word() + " "
                + Arrays.stream(Transition.values())
                        .map(transition ->
                                transition.from(from).map(Status::word).orElse("-"))
                        .collect(Collectors.joining(" "))
                + "\n";
    }
}
