package dev.workflows.chaos;

import static java.util.stream.Collectors.groupingBy;

import dev.workflows.chaos.Evidence.Checkpoint;
import dev.workflows.chaos.Evidence.Key;
import dev.workflows.chaos.Evidence.LedgerRow;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Each transactional step has added its row exactly once: in the attempt that made the checkpoint. */
final class LedgerRule implements Checker.Rule {

    @Override
    public void check(Evidence evidence, Consumer<String> violation) {
        Map<Key, List<LedgerRow>> rows = evidence.ledger().stream().collect(groupingBy(LedgerRow::key));
        for (String trip : evidence.trips()) {
            Itinerary.LEDGER_STEPS_OF_TRIP.forEach(
                    step -> check(evidence, rows, new Key(trip, "step", step), violation));
            Itinerary.LEDGER_STEPS_OF_PARCEL.forEach(
                    step -> check(evidence, rows, new Key(Itinerary.parcelOf(trip), "step", step), violation));
        }
    }

    private static void check(Evidence evidence, Map<Key, List<LedgerRow>> rows, Key step, Consumer<String> violation) {
        List<Integer> attempts = rows.getOrDefault(step, List.of()).stream()
                .map(LedgerRow::attempt)
                .toList();
        List<Integer> stored =
                evidence.checkpoint(step).map(Checkpoint::attempts).stream().toList();
        if (!attempts.equals(stored)) {
            violation.accept("The ledger has rows of %s by the attempts %s, and its checkpoint is by %s"
                    .formatted(step, attempts, stored));
        }
    }
}
