package dev.workflows.jpa;

import dev.workflows.store.Subscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * PostgreSQL's NOTIFY and LISTEN, on one channel of the database. What comes within a moment is told together, and never in a
 * transaction that stores anything: PostgreSQL lets those that notify commit only one after another.
 */
final class PostgresNotifications implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(PostgresNotifications.class);

    static final String CHANNEL = "workflows";
    /** As many keys as surely fit into the 8,000 bytes of a notification. */
    private static final int MAX_TOGETHER = 350;

    private static final Duration MOMENT = Duration.ofMillis(20);
    private static final Duration HEARD_WITHIN = Duration.ofSeconds(1);
    private static final Duration LONGEST_CLOSE = Duration.ofSeconds(1);
    private static final Duration IDLE = Duration.ofSeconds(10);

    private final DataSource dataSource;
    private final JdbcTemplate jdbc;
    /** By which a node knows what it has said itself. */
    private final String sender = UUID.randomUUID().toString();

    private final ScheduledThreadPoolExecutor thread;
    private final Set<Long> instances = new TreeSet<>();
    private boolean telling;
    private long nextAt = System.nanoTime();

    PostgresNotifications(DataSource dataSource) {
        this.dataSource = dataSource;
        this.jdbc = new JdbcTemplate(dataSource);
        CustomizableThreadFactory threads = new CustomizableThreadFactory("workflows-notify-");
        threads.setDaemon(true);
        this.thread = new ScheduledThreadPoolExecutor(1, threads);
        thread.setKeepAliveTime(IDLE.toNanos(), TimeUnit.NANOSECONDS);
        thread.allowCoreThreadTimeOut(true);
    }

    synchronized void tell(Collection<Long> added) {
        instances.addAll(added);
        if (!telling && !thread.isShutdown()) {
            telling = true;
            thread.schedule(this::flush, nextAt - System.nanoTime(), TimeUnit.NANOSECONDS);
        }
    }

    private void flush() {
        List<Long> told;
        synchronized (this) {
            told = new ArrayList<>(instances);
            instances.clear();
            telling = false;
            nextAt = System.nanoTime() + MOMENT.toNanos();
        }
        try {
            int from = 0;
            do {
                int to = Math.min(told.size(), from + MAX_TOGETHER);
                send(told.subList(from, to).stream().map(String::valueOf).collect(Collectors.joining(",")));
                from = to;
            } while (from < told.size());
        } catch (RuntimeException e) {
            log.debug("Other nodes could not be told: they look for themselves", e);
        }
    }

    private void send(String text) {
        jdbc.query("select pg_notify(?, ?)", row -> {}, CHANNEL, sender + ":" + text);
    }

    Subscription subscribe() {
        Listening listening = Listening.on(dataSource);
        boolean heard = false;
        try {
            // from another connection: one that others share hears what is said on it
            send("");
            heard = !listening.messages(HEARD_WITHIN).isEmpty();
        } finally {
            if (!heard) {
                listening.close();
            }
        }
        if (!heard) {
            throw new DataAccessResourceFailureException(
                    "Nothing is heard on this connection, as behind a pool that gives each transaction another one");
        }
        return new Inbox(listening, sender);
    }

    /** What is to be told is told before. */
    @Override
    public void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(LONGEST_CLOSE.toNanos(), TimeUnit.NANOSECONDS)) {
                log.debug("Other nodes are not told any more: they look for themselves");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
