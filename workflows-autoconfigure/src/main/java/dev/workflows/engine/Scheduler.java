package dev.workflows.engine;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after the schedules of all workflows: sleeps until the next firing, as far as this node's clock can tell, and
 * leaves it to the database's clock what has come due.
 */
final class Scheduler {

    private static final Logger log = LoggerFactory.getLogger(Scheduler.class);
    /** For clocks that drift, and machines that stand still. */
    private static final Duration LONGEST_SLEEP = Duration.ofMinutes(5);

    private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);

    private final List<Alarm> alarms;
    private volatile boolean stopped;

    Scheduler(List<Timetable> timetables) {
        this.alarms = timetables.stream().map(Alarm::new).toList();
    }

    /** A timetable, and when to look at it again, as {@link System#nanoTime} counts. */
    private static final class Alarm {

        private final Timetable timetable;
        private long at = System.nanoTime();

        Alarm(Timetable timetable) {
            this.timetable = timetable;
        }

        long nanosLeft() {
            return at - System.nanoTime();
        }
    }

    /** @param threads where it asks the database: the timer has other things to do on time */
    void start(ScheduledExecutorService timer, Executor threads) {
        if (!alarms.isEmpty()) {
            threads.execute(() -> look(timer, threads));
        }
    }

    void stop() {
        stopped = true;
    }

    private void look(ScheduledExecutorService timer, Executor threads) {
        long next = LONGEST_SLEEP.toNanos();
        for (Alarm alarm : alarms) {
            if (alarm.nanosLeft() <= 0 && !stopped) {
                alarm.at = System.nanoTime() + fire(alarm.timetable).toNanos();
            }
            next = Math.min(next, alarm.nanosLeft());
        }
        if (!stopped) {
            try {
                timer.schedule(() -> threads.execute(() -> look(timer, threads)), next, TimeUnit.NANOSECONDS);
            } catch (RejectedExecutionException e) {
                // this node has stopped in the meantime: another one fires
            }
        }
    }

    private Duration fire(Timetable timetable) {
        try {
            return timetable
                    .fire()
                    .filter(next -> next.compareTo(LONGEST_SLEEP) < 0)
                    .orElse(LONGEST_SLEEP);
        } catch (RuntimeException | Error e) {
            if (!stopped) {
                log.warn("{} could not be fired, trying again in {}", timetable, AFTER_FAILURE, e);
            }
            return AFTER_FAILURE;
        }
    }
}
