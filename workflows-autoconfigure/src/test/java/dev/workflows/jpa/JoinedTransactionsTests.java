package dev.workflows.jpa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.workflows.test.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/** When a single statement commits itself, and when it joins a transaction. */
class JoinedTransactionsTests {

    private HikariDataSource pool;
    private PersistenceUnit unit;
    private JoinedTransactions transactions;
    private JdbcTemplate jdbc;

    @BeforeEach
    void open() {
        open(true);
    }

    private void open(boolean autoCommit) {
        pool = TestDatabase.pool(TestDatabase.POSTGRESQL.newUrl());
        pool.setAutoCommit(autoCommit);
        pool.setMaximumPoolSize(1);
        pool.setConnectionTimeout(Duration.ofSeconds(5).toMillis());
        unit = new PersistenceUnit(pool);
        transactions = new JoinedTransactions(pool, unit);
        jdbc = new JdbcTemplate(pool);
        transactions.own(() -> {
            jdbc.execute("create table note (text varchar(20) unique)");
            return true;
        });
    }

    @AfterEach
    void close() {
        unit.close();
        pool.close();
    }

    private int write(String text) {
        return transactions.joiningOnce(() -> jdbc.update("insert into note values (?)", text));
    }

    private Integer count() {
        return transactions.own(() -> jdbc.queryForObject("select count(*) from note", Integer.class));
    }

    @Test
    void commitsItselfWhateverTheModeOfThePool() throws SQLException {
        close();
        open(false);

        assertThat(write("one")).isOne();

        assertThat(count()).isOne();
        try (Connection connection = pool.getConnection()) {
            assertThat(connection.getAutoCommit()).isFalse();
        }
    }

    @Test
    void givesItsConnectionBackWhenItFails() {
        write("same");

        assertThatThrownBy(() -> write("same")).isInstanceOf(DataAccessException.class);

        assertThat(write("other")).isOne();
        assertThat(TransactionSynchronizationManager.hasResource(pool)).isFalse();
    }

    @Test
    void joinsTheTransactionOfTheCaller() {
        new TransactionTemplate(new JdbcTransactionManager(pool)).executeWithoutResult(status -> {
            write("one");
            status.setRollbackOnly();
        });

        assertThat(count()).isZero();
    }

    @Test
    void isNoPartOfATransactionOnAnotherDatabase() {
        try (HikariDataSource other = TestDatabase.pool(TestDatabase.H2.newUrl())) {
            new TransactionTemplate(new JdbcTransactionManager(other)).executeWithoutResult(status -> {
                write("one");
                assertThat(transactions.isActive()).isFalse();
                write("two");
                status.setRollbackOnly();
            });
        }

        assertThat(count()).isEqualTo(2);
    }

    @Test
    void saysWhyThereIsNoConnection() {
        pool.close();

        assertThatThrownBy(() -> write("one")).isInstanceOf(DataAccessResourceFailureException.class);
    }
}
