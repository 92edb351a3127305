package dev.workflows.crash;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** What JVMs tell one another: a file that is there. */
record Signals(Path directory) {

    static final Duration PATIENCE = Duration.ofSeconds(60);

    void raise(String name) {
        try {
            Files.createFile(file(name));
        } catch (FileAlreadyExistsException e) {
            // it is raised
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean isRaised(String name) {
        return Files.exists(file(name));
    }

    void awaitRaised(String name) {
        await(name).atMost(PATIENCE).pollInterval(Duration.ofMillis(10)).until(() -> isRaised(name));
    }

    private Path file(String name) {
        return directory.resolve(name + ".signal");
    }
}
