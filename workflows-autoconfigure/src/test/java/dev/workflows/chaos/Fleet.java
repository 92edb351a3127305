package dev.workflows.chaos;

import dev.workflows.chaos.Journal.Line;
import dev.workflows.chaos.Journal.What;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** The nodes, each in a JVM of its own; whatever is done to one is in the journal. Not thread-safe. */
final class Fleet implements AutoCloseable {

    static final Duration LEASE = Duration.ofSeconds(2);

    private static final String NAMES = "abcdefgh";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** @param name its place and how often that was filled: a.1, a.2, … */
    private record Node(String name, Process process, Thread killAtExit) {

        void signal(String signal) throws IOException, InterruptedException {
            Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start();
            if (!kill.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("kill -" + signal + " did not come back");
            }
        }

        void kill() {
            process.destroyForcibly();
            try {
                if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                    throw new IllegalStateException("The node \"%s\" cannot be killed".formatted(name));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
            Runtime.getRuntime().removeShutdownHook(killAtExit);
        }
    }

    private final String url;
    private final Path directory;
    private final Journal journal;
    private final List<Node> nodes = new ArrayList<>();
    /** By the place that it was asked for. */
    private final Map<Integer, Node> frozenFor = new HashMap<>();

    private int started;

    Fleet(String url, Path directory, Journal journal) {
        this.url = url;
        this.directory = directory;
        this.journal = journal;
    }

    /** @param properties {@code key=value} */
    void start(String... properties) throws IOException {
        nodes.add(start(nodes.size(), properties));
    }

    private Node start(int place, String... properties) throws IOException {
        String name = NAMES.charAt(place) + "." + ++started;
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx192m",
                "-cp",
                System.getProperty("java.class.path"),
                ChaosNode.class.getName(),
                url,
                name,
                directory.toString()));
        command.addAll(List.of(properties));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve(name + ".log").toFile())
                .start();
        Thread killAtExit = new Thread(process::destroyForcibly);
        Runtime.getRuntime().addShutdownHook(killAtExit);
        return new Node(name, process, killAtExit);
    }

    /** As {@code kill -9} does; and starts it again. Nothing happens if no other node is left to take over. */
    void kill(int place) throws IOException {
        OptionalInt fit = fit(place);
        if (fit.isPresent() && areUp(2)) {
            Node killed = nodes.get(fit.getAsInt());
            killed.kill();
            journal.write(Line.of(What.KILLED, killed.name()));
            nodes.set(fit.getAsInt(), start(fit.getAsInt()));
        }
    }

    /** As {@code kill -STOP} does: it stands still, and learns nothing of it. */
    void freeze(int place) throws IOException, InterruptedException {
        OptionalInt fit = fit(place);
        if (fit.isPresent()) {
            Node frozen = nodes.get(fit.getAsInt());
            frozen.signal("STOP");
            journal.write(Line.of(What.FROZEN, frozen.name()));
            frozenFor.put(place, frozen);
        }
    }

    /** As {@code kill -CONT} does, to what was frozen for that place. */
    void thaw(int place) throws IOException, InterruptedException {
        Node frozen = frozenFor.remove(place);
        if (frozen != null && frozen.process().isAlive()) {
            journal.write(Line.of(What.THAWED, frozen.name()));
            frozen.signal("CONT");
        }
    }

    /** The place of a node that runs: this one, or the next. Nothing is learnt from those that are still starting. */
    private OptionalInt fit(int place) {
        return IntStream.range(place, place + nodes.size())
                .map(i -> i % nodes.size())
                .filter(i -> isUp(nodes.get(i)) && !frozenFor.containsValue(nodes.get(i)))
                .findFirst();
    }

    /** Whether at least so many nodes run, be they frozen or not. */
    boolean areUp(int count) {
        return nodes.stream().filter(this::isUp).count() >= count;
    }

    private boolean isUp(Node node) {
        return Files.exists(up(directory, node.name())) && node.process().isAlive();
    }

    /** The file that is there once the node runs. */
    static Path up(Path directory, String node) {
        return directory.resolve(node + ".up");
    }

    /** Starts again what has ended by itself, as one that finds no database when it starts. */
    void revive() throws IOException {
        for (int place = 0; place < nodes.size(); place++) {
            if (!nodes.get(place).process().isAlive()) {
                nodes.get(place).kill();
                nodes.set(place, start(place));
            }
        }
    }

    @Override
    public void close() {
        nodes.forEach(Node::kill);
        nodes.clear();
    }
}
