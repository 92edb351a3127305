package dev.workflows.autoconfigure;

import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.jdbc.metadata.CompositeDataSourcePoolMetadataProvider;
import org.springframework.boot.jdbc.metadata.DataSourcePoolMetadata;
import org.springframework.boot.jdbc.metadata.DataSourcePoolMetadataProvider;

/** Whether a pool can do without a connection that is kept to listen. */
final class PoolRoom {

    private static final Logger log = LoggerFactory.getLogger(PoolRoom.class);
    private static final int SMALLEST = 4;

    private PoolRoom() {}

    static boolean isIn(DataSource dataSource, ObjectProvider<DataSourcePoolMetadataProvider> providers) {
        DataSourcePoolMetadata pool = new CompositeDataSourcePoolMetadataProvider(
                        providers.orderedStream().toList())
                .getDataSourcePoolMetadata(dataSource);
        // one that is not known may be no pool at all
        Integer size = pool == null ? null : pool.getMax();
        boolean room = size == null || size < 0 || size >= SMALLEST;
        if (!room) {
            log.debug(
                    "A pool of {} has no connection to spare for hearing other nodes: this node looks for itself",
                    size);
        }
        return room;
    }
}
