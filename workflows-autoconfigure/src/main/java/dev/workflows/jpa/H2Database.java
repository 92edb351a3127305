package dev.workflows.jpa;

import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;

/** Makes an H2 database keep what is committed, and says at start-up what it cannot hold as its URL stands. */
final class H2Database {

    private static final Logger log = LoggerFactory.getLogger(H2Database.class);
    private static final String PREFIX = "jdbc:h2:";

    private H2Database() {}

    static void prepare(DataSource dataSource) {
        JdbcTemplate jdbc = new JdbcTemplate(dataSource);
        String url = jdbc.execute((ConnectionCallback<String>)
                connection -> connection.getMetaData().getURL());
        String place = url != null && url.startsWith(PREFIX) ? url.substring(PREFIX.length()) : "";
        if (!place.startsWith("mem:")) {
            writeAtCommit(jdbc);
        }
        String advice = advice(place);
        if (advice != null) {
            log.warn(advice);
        }
    }

    /** By default H2 keeps what is committed in memory for half a second: a killed process would have lost it. */
    private static void writeAtCommit(JdbcTemplate jdbc) {
        try {
            jdbc.execute("set write_delay 0");
        } catch (DataAccessException e) {
            log.warn(
                    "The H2 database could not be told to write what is committed at once: a killed process may forget the "
                            + "last half second, and repeat steps that completed in it. Add ;WRITE_DELAY=0 to its URL: {}",
                    e.getMessage());
        }
    }

    /**
     * Null if there is nothing to say.
     *
     * @param place what stands behind {@code jdbc:h2:} in the URL, without the settings
     */
    static @Nullable String advice(String place) {
        if (place.startsWith("mem:")) {
            return "Workflows are stored in an H2 database in memory: nothing survives the end of this process. "
                    + "Set spring.datasource.url, for example to jdbc:h2:async:./data/app;DB_CLOSE_ON_EXIT=FALSE";
        }
        if (place.isEmpty() || place.startsWith("tcp:") || place.startsWith("ssl:") || place.startsWith("async:")) {
            return null;
        }
        // H2 opens files so that an interrupt of a thread that reads or writes closes them for everybody
        return ("The H2 database \"%s\" is closed when a step that is using it is interrupted at its timeout. Write "
                        + "jdbc:h2:async:…;DB_CLOSE_ON_EXIT=FALSE to have its file opened in a way that interrupts do not "
                        + "close, and closed only when running instances have been handed back")
                .formatted(place);
    }
}
