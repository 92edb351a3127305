package dev.workflows.chaos;

import dev.workflows.CreateOptions;
import dev.workflows.WorkflowBinding;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;

/** Creates trips and sends them their events, whatever becomes of the database meanwhile: each once. */
final class Sender implements AutoCloseable {

    private static final int THREADS = 4;
    private static final Duration AGAIN = Duration.ofMillis(200);

    private final ScheduledThreadPoolExecutor threads = new ScheduledThreadPoolExecutor(THREADS);
    private final WorkflowBinding<Integer, String> trips;
    private final JdbcClient jdbc;
    private final TransactionTemplate transaction;
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    @SuppressWarnings("unchecked") // as the workflow is declared
    Sender(ConfigurableApplicationContext context) {
        this.trips = context.getBean("TRIP", WorkflowBinding.class);
        this.jdbc = context.getBean(JdbcClient.class);
        this.transaction = new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
    }

    /** Begins to; the events of a trip come within seconds after it. */
    void send(int count, Duration over, long seed) {
        open.addAndGet(count);
        for (int number = 0; number < count; number++) {
            Random random = new Random(seed + number);
            int trip = number;
            later(over.toMillis() * number / count, () -> create(trip, random));
        }
    }

    /** @throws IllegalStateException if something could not be sent for any other reason than that the database was away */
    boolean isDone() {
        Throwable thrown = failure.get();
        if (thrown != null) {
            throw new IllegalStateException("Something cannot be created or sent", thrown);
        }
        return open.get() == 0;
    }

    private void create(int number, Random random) {
        String id = Itinerary.trip(number);
        // repeated, it finds what it created when the answer was lost
        trips.getOrCreate(CreateOptions.of(number).withId(id));
        later(random.nextInt(3000), () -> send(id, 1, random));
    }

    private void send(String id, int number, Random random) {
        String payload = Itinerary.payload(id, number);
        try {
            transaction.executeWithoutResult(status -> {
                jdbc.sql("insert into sent (instance, payload) values (?, ?)")
                        .params(id, payload)
                        .update();
                trips.get(id).sendEvent(Itinerary.EVENT, payload);
            });
        } catch (DuplicateKeyException e) {
            // the answer to the commit was lost, and it was one
        }
        if (number < Itinerary.EVENTS) {
            later(random.nextInt(3000), () -> send(id, number + 1, random));
        } else {
            open.decrementAndGet();
        }
    }

    private void later(long millis, Runnable work) {
        threads.schedule(() -> untilDone(work), millis, TimeUnit.MILLISECONDS);
    }

    private void untilDone(Runnable work) {
        try {
            work.run();
        } catch (DataAccessException | TransactionException e) {
            later(AGAIN.toMillis(), work);
        } catch (RuntimeException | Error e) {
            failure.set(e);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
