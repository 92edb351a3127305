package dev.workflows.jpa;

import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;

/** Says at start-up what an H2 database, as its URL stands, does not hold for workflows. */
final class H2Advice {

    private static final Logger log = LoggerFactory.getLogger(H2Advice.class);
    private static final String PREFIX = "jdbc:h2:";

    private H2Advice() {}

    static void give(DataSource dataSource) {
        String url = new JdbcTemplate(dataSource).execute((ConnectionCallback<String>)
                connection -> connection.getMetaData().getURL());
        String advice = url == null ? null : advice(url);
        if (advice != null) {
            log.warn(advice);
        }
    }

    /** Null if there is nothing to say. */
    static @Nullable String advice(String url) {
        String place = url.startsWith(PREFIX) ? url.substring(PREFIX.length()) : "";
        if (place.startsWith("mem:")) {
            return "Workflows are stored in an H2 database in memory: nothing survives the end of this process. "
                    + "Set spring.datasource.url, for example to jdbc:h2:async:./data/app";
        }
        // H2 opens files so that an interrupt of a thread that reads or writes closes them for everybody
        boolean interruptible = !place.isEmpty()
                && !place.startsWith("tcp:")
                && !place.startsWith("ssl:")
                && !place.startsWith("async:");
        return interruptible
                ? ("The H2 database \"%s\" is closed when a step that is using it is interrupted at its timeout. Write "
                                + "jdbc:h2:async:… to have its file opened in a way that interrupts do not close")
                        .formatted(place)
                : null;
    }
}
