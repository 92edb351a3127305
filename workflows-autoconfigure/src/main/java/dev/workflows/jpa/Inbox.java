package dev.workflows.jpa;

import dev.workflows.store.Subscription;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Notifications, as {@link PostgresNotifications} sends them, but for this node's own. */
record Inbox(Listening listening, String self) implements Subscription {

    private static final Logger log = LoggerFactory.getLogger(Inbox.class);

    @Override
    public Optional<Set<Long>> await(Duration longest) {
        Set<Long> instances = new TreeSet<>();
        boolean told = false;
        for (String message : listening.messages(longest)) {
            int colon = message.indexOf(':');
            if (colon < 0) {
                log.debug("Somebody else uses the channel \"{}\": {}", PostgresNotifications.CHANNEL, message);
            } else if (!message.startsWith(self)) {
                told = true;
                read(message.substring(colon + 1), instances);
            }
        }
        return told ? Optional.of(instances) : Optional.empty();
    }

    private static void read(String keys, Set<Long> instances) {
        try {
            for (String key : keys.isEmpty() ? new String[0] : keys.split(",")) {
                instances.add(Long.valueOf(key));
            }
        } catch (NumberFormatException e) {
            log.debug("Somebody else uses the channel \"{}\": {}", PostgresNotifications.CHANNEL, keys);
        }
    }

    @Override
    public void check() {
        listening.check();
    }

    @Override
    public void close() {
        listening.close();
    }
}
