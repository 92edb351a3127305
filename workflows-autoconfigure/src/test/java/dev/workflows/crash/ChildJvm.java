package dev.workflows.crash;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A node in a JVM of its own, killed when it is closed. */
final class ChildJvm implements AutoCloseable {

    private final Process process;
    private final Path output;
    private final Signals signals;
    private final String node;
    private final Commands commands;
    private final Thread killAtExit;
    private int given;

    private ChildJvm(Process process, Path output, Signals signals, String node) {
        this.process = process;
        this.output = output;
        this.signals = signals;
        this.node = node;
        this.commands = new Commands(signals, node);
        this.killAtExit = new Thread(process::destroyForcibly);
        Runtime.getRuntime().addShutdownHook(killAtExit);
    }

    /** @param properties {@code key=value} */
    static ChildJvm start(String node, String url, Path directory, String... properties) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                CrashApplication.class.getName(),
                url,
                directory.toString(),
                "crash.node=" + node));
        command.addAll(List.of(properties));
        Path output = directory.resolve(node + ".log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        return new ChildJvm(process, output, new Signals(directory), node);
    }

    /** Waits for one of the child's signals. */
    void awaitSignal(String name) {
        await(name).atMost(Signals.PATIENCE).pollInterval(Duration.ofMillis(10)).until(() -> {
            // in this order: it may raise the signal and exit
            boolean alive = process.isAlive();
            boolean raised = signals.isRaised(name);
            return raised || !(alive || requireAlive());
        });
    }

    /** Has the child do something, see {@link Commands}, and waits until it is done. */
    void command(String verb, WaitPoint point, String... words) throws IOException {
        given++;
        commands.give(given, "%s %s %s".formatted(verb, point.instance(), String.join(" ", words)));
        awaitSignal(commands.done(given));
    }

    /** True, or an exception with what it printed. */
    boolean requireAlive() throws IOException {
        if (!process.isAlive()) {
            throw new IllegalStateException("The node \"%s\" exited with %d:%n%s"
                    .formatted(node, process.exitValue(), Files.readString(output)));
        }
        return true;
    }

    /** Waits until every instance has ended. */
    void awaitFinished() {
        awaitSignal("finished-" + node);
    }

    boolean hasFinished() {
        return signals.isRaised("finished-" + node);
    }

    /** As {@code kill} does: asks it to stop. */
    void terminate() {
        process.destroy();
    }

    /** As {@code kill -STOP} and {@code kill -CONT} do: it stands still, and learns nothing of it. */
    void signal(String name) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
        if (!kill.waitFor(10, TimeUnit.SECONDS) || kill.exitValue() != 0) {
            throw new IllegalStateException("kill -" + name + " did not work");
        }
    }

    /** Not with {@code onExit}: that completes on the common pool, whose one thread on a small machine may be busy. */
    private void awaitEnd() {
        try {
            if (!process.waitFor(Signals.PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("The node \"%s\" cannot be killed".formatted(node));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    int awaitExit() throws InterruptedException {
        if (!process.waitFor(Signals.PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new IllegalStateException("The node \"%s\" has not exited".formatted(node));
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        kill();
    }

    /** As {@code kill -9} does: it learns nothing of it. */
    void kill() {
        process.destroyForcibly();
        awaitEnd();
        Runtime.getRuntime().removeShutdownHook(killAtExit);
    }
}
