package dev.workflows.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Says what is wrong with what some trips have left in the database and in the journal. It knows the tables, the journal and
 * what the trips were to do; of the engine it knows nothing.
 */
final class Checker {

    /** Something that holds for every instance, whatever has happened. */
    interface Rule {

        void check(Evidence evidence, Consumer<String> violation);
    }

    private static final List<Rule> RULES = List.of(
            new EndRule(), new LedgerRule(), new BodyRule(), new ResultRule(), new EpochRule(), new EventRule());
    /** So many trips at a time, so that an hour's journal need not fit into memory. */
    private static final int SLICE = 5_000;

    private final JdbcClient jdbc;
    private final Journal journal;

    Checker(JdbcClient jdbc, Journal journal) {
        this.jdbc = jdbc;
        this.journal = journal;
    }

    /** @return in words, as far as anything is wrong */
    List<String> violations(int trips) {
        List<String> violations = new ArrayList<>();
        for (int from = 0; from < trips; from += SLICE) {
            Evidence evidence = Evidence.read(jdbc, journal, from, Math.min(trips, from + SLICE));
            RULES.forEach(rule -> rule.check(evidence, violations::add));
        }
        return violations;
    }
}
