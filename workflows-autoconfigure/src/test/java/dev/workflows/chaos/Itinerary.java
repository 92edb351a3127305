package dev.workflows.chaos;

import java.util.List;

/** What the instances are to do: the checker knows it as the workflows do, and nothing else of them. */
final class Itinerary {

    static final String TRIP = "trip";
    static final String PARCEL = "parcel";

    /** In the order in which their results are in the output; the events come before what comes last. */
    static final List<String> STEPS_OF_TRIP = List.of("plan", "pack", "book", "left", "right", "pay");

    static final List<String> STEPS_OF_PARCEL = List.of("wrap", "post");
    static final List<String> LEDGER_STEPS_OF_TRIP = List.of("book", "right", "pay");
    static final List<String> LEDGER_STEPS_OF_PARCEL = List.of("post");

    static final String EVENT = "news";
    static final int EVENTS = 2;
    /** What {@code run} is given for a wait that times out. */
    static final String NOTHING = "nothing";

    private Itinerary() {}

    /** Trips are numbered from 0; the number is the params. */
    static String trip(int number) {
        return "%07d".formatted(number);
    }

    static int number(String instance) {
        return Integer.parseInt(instance.substring(0, 7));
    }

    /** Each trip has one. */
    static String parcelOf(String trip) {
        return trip + "-parcel";
    }

    /** What the wait for it is stored as. */
    static String resultOfParcel(String trip) {
        return PARCEL + "/" + parcelOf(trip);
    }

    static String payload(String trip, int number) {
        return trip + "/" + number;
    }

    static int answer(int params) {
        return 31 * params + 7;
    }
}
