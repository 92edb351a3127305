package dev.workflows.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/**
 * What is done to the nodes and their database, and when.
 *
 * @param at counted from the beginning
 * @param node its place; 0 for what is done to the database
 */
record Fault(Duration at, Kind kind, int node) {

    enum Kind {
        KILL,
        FREEZE,
        THAW,
        STOP_DATABASE,
        START_DATABASE
    }

    /** All of a run, in order; the same for the same seed. What is frozen is thawed and what is stopped is started within it. */
    static List<Fault> schedule(long seed, Duration length, int nodes) {
        Random random = new Random(seed);
        List<Kind> kinds = new ArrayList<>();
        List<Fault> faults = new ArrayList<>();
        Duration[] frozenUntil = new Duration[nodes];
        Arrays.fill(frozenUntil, Duration.ZERO);
        Duration awayUntil = Duration.ZERO;
        Duration at = Fleet.LEASE;
        while (at.compareTo(length) < 0) {
            if (kinds.isEmpty()) {
                kinds.addAll(List.of(Kind.KILL, Kind.KILL, Kind.FREEZE, Kind.FREEZE, Kind.FREEZE, Kind.STOP_DATABASE));
                Collections.shuffle(kinds, random);
            }
            Kind kind = kinds.remove(0);
            int node = random.nextInt(nodes);
            if (kind == Kind.KILL) {
                faults.add(new Fault(at, kind, node));
            } else if (kind == Kind.FREEZE && frozenUntil[node].compareTo(at) < 0) {
                frozenUntil[node] = at.plus(between(random, 0.2, 2.5));
                faults.add(new Fault(at, kind, node));
                faults.add(new Fault(frozenUntil[node], Kind.THAW, node));
            } else if (kind == Kind.STOP_DATABASE && awayUntil.compareTo(at) < 0) {
                awayUntil = at.plus(between(random, 0.1, 1.5));
                faults.add(new Fault(at, kind, 0));
                faults.add(new Fault(awayUntil, Kind.START_DATABASE, 0));
            }
            at = at.plus(between(random, 0.2, 1.8));
        }
        faults.sort(Comparator.comparing(Fault::at));
        return faults;
    }

    /** In leases. */
    private static Duration between(Random random, double least, double most) {
        double leases = least + (most - least) * random.nextDouble();
        return Duration.ofMillis(Math.round(leases * Fleet.LEASE.toMillis()));
    }
}
