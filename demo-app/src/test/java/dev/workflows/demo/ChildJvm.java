package dev.workflows.demo;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** A JVM of its own, for what is to be killed and for what must not meet the classpath of the tests. */
class ChildJvm implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Process process;
    private final Path output;
    private final Thread killAtExit;

    private ChildJvm(Process process, Path output) {
        this.process = process;
        this.output = output;
        this.killAtExit = new Thread(process::destroyForcibly);
        Runtime.getRuntime().addShutdownHook(killAtExit);
    }

    static ChildJvm start(Path directory, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:TieredStopAtLevel=1");
        command.add("-Xmx256m");
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile(directory, "output-", ".log");
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        return new ChildJvm(process, output);
    }

    /** Waits for the JVM to print something. */
    MatchResult awaitOutput(Pattern expected) {
        return await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> find(expected), Optional::isPresent)
                .orElseThrow();
    }

    /** Asks the JVM to end, as a deploy does, and waits until it has. */
    void stop() {
        process.destroy();
        awaitEnd();
    }

    /** Not with {@code onExit}: that completes on the common pool, whose one thread on a small machine may be busy. */
    private void awaitEnd() {
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("The JVM does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Ends the JVM as {@code kill -9} does: it learns nothing of it. */
    @Override
    public void close() {
        process.destroyForcibly();
        awaitEnd();
        Runtime.getRuntime().removeShutdownHook(killAtExit);
    }

    String output() throws IOException {
        return Files.readString(output);
    }

    private Optional<MatchResult> find(Pattern expected) throws IOException {
        boolean alive = process.isAlive();
        String text = output();
        Optional<MatchResult> found = expected.matcher(text).results().findFirst();
        if (found.isEmpty() && !alive) {
            throw new IllegalStateException("Exited with %d:%n%s".formatted(process.exitValue(), text));
        }
        return found;
    }
}
