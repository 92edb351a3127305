package dev.workflows.jpa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.workflows.store.Subscription;
import dev.workflows.test.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.jdbc.core.JdbcTemplate;

class PostgresNotificationsTests {

    private static final Duration LONG_ENOUGH = Duration.ofSeconds(10);
    private static final Duration MOMENT = Duration.ofMillis(200);

    private final HikariDataSource pool = TestDatabase.pool(TestDatabase.POSTGRESQL.newUrl());
    private final PostgresNotifications here = new PostgresNotifications(pool);
    private final PostgresNotifications there = new PostgresNotifications(pool);

    @AfterEach
    void close() {
        here.close();
        there.close();
        pool.close();
    }

    @Test
    void aNodeHearsWhichInstancesAnotherHasSteered() {
        try (Subscription subscription = here.subscribe()) {
            there.tell(List.of(7L, 12L));

            assertThat(subscription.await(LONG_ENOUGH)).contains(Set.of(7L, 12L));
        }
    }

    @Test
    void aNodeHearsThatSomethingIsDue() {
        try (Subscription subscription = here.subscribe()) {
            there.tell(List.of());

            assertThat(subscription.await(LONG_ENOUGH)).contains(Set.of());
        }
    }

    @Test
    void aNodeDoesNotHearItself() {
        try (Subscription subscription = here.subscribe()) {
            here.tell(List.of(7L));
            there.tell(List.of(8L));

            assertThat(heard(subscription, 1)).containsExactly(8L);
        }
    }

    @Test
    void nothingIsHeardWhereNothingIsTold() {
        try (Subscription subscription = here.subscribe()) {
            assertThat(subscription.await(Duration.ofMillis(1))).isEmpty();
        }
    }

    @Test
    void whatComesTogetherIsToldTogetherHoweverMuchItIs() {
        Set<Long> steered = new TreeSet<>();
        LongStream.range(0, 2_000).forEach(i -> steered.add(Long.MAX_VALUE - i));
        try (Subscription subscription = here.subscribe()) {
            long before = commits();
            steered.forEach(instance -> there.tell(List.of(instance)));

            assertThat(heard(subscription, steered.size())).isEqualTo(steered);
            // six of 350 keys, if all were told before the first was sent
            assertThat(commits() - before).isLessThan(100);
        }
    }

    @Test
    void whatIsToldLastIsToldBeforeTheEnd() {
        try (Subscription subscription = here.subscribe()) {
            there.tell(List.of(1L));
            there.tell(List.of(2L));
            there.close();
            there.tell(List.of(3L));

            assertThat(heard(subscription, 2)).containsExactly(1L, 2L);
        }
    }

    @Test
    void whatOthersSayOnTheChannelIsNoHarm() {
        try (Subscription subscription = here.subscribe()) {
            JdbcTemplate jdbc = new JdbcTemplate(pool);
            jdbc.execute("notify workflows");
            jdbc.execute("notify workflows, 'deploy:started'");
            there.tell(List.of(7L));

            assertThat(heard(subscription, 1)).containsExactly(7L);
        }
    }

    @Test
    void aConnectionThatIsGoneIsNoticed() {
        try (Subscription subscription = here.subscribe()) {
            new JdbcTemplate(pool)
                    .execute("select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()"
                            + " and datname = current_database()");

            assertThatThrownBy(() -> subscription.await(LONG_ENOUGH))
                    .isInstanceOf(DataAccessResourceFailureException.class);
            assertThatThrownBy(subscription::check).isInstanceOf(DataAccessResourceFailureException.class);
        }
    }

    @Test
    void theConnectionGoesBackAndHearsNothingMore() {
        pool.setMaximumPoolSize(2);
        for (int i = 0; i < 3; i++) {
            try (Subscription subscription = here.subscribe()) {
                subscription.check();
            }
        }

        assertThat(new JdbcTemplate(pool).queryForList("select * from pg_listening_channels()"))
                .isEmpty();
    }

    /** Waits for so many, and then for a moment. */
    private static Set<Long> heard(Subscription subscription, int count) {
        Set<Long> heard = new TreeSet<>();
        long end = System.nanoTime() + LONG_ENOUGH.toNanos();
        while (heard.size() < count && System.nanoTime() - end < 0) {
            subscription.await(LONG_ENOUGH).ifPresent(heard::addAll);
        }
        subscription.await(MOMENT).ifPresent(heard::addAll);
        return heard;
    }

    private long commits() {
        JdbcTemplate jdbc = new JdbcTemplate(pool);
        jdbc.execute("select pg_stat_force_next_flush()");
        Long commits = jdbc.queryForObject(
                "select xact_commit from pg_stat_database where datname = current_database()", Long.class);
        return commits == null ? 0 : commits;
    }
}
