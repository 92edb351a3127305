package dev.workflows.crash;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.workflows.StepContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

/** A line for each time that a step's body was entered, on disk before the body goes on. */
record Journal(Path file) {

    /** A body was entered. */
    record Entry(String node, String instance, String step, int occurrence, int attempt, Instant at) {

        static Entry parse(String line) {
            String[] words = line.split(" ");
            return new Entry(
                    words[0],
                    words[1],
                    words[2],
                    Integer.parseInt(words[3]),
                    Integer.parseInt(words[4]),
                    Instant.parse(words[5]));
        }

        /** What the body returns: which attempt it was, and who made it. */
        String result() {
            return this + "@" + node;
        }

        @Override
        public String toString() {
            return step + "#" + attempt;
        }
    }

    static Journal in(Path directory) {
        return new Journal(directory.resolve("journal"));
    }

    /** The body on this thread has been entered. */
    Entry entered(String node) {
        return write(node, "");
    }

    /** The rollback on this thread has been entered; it is listed as {@code undo-} and the step's name. */
    Entry undone(String node) {
        return write(node, "undo-");
    }

    private Entry write(String node, String prefix) {
        StepContext step = StepContext.current();
        Entry entry = new Entry(
                node, step.instanceId(), prefix + step.stepName(), step.occurrence(), step.attempt(), Instant.now());
        String line = "%s %s %s %d %d %s%n"
                .formatted(
                        entry.node(), entry.instance(), entry.step(), entry.occurrence(), entry.attempt(), entry.at());
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            channel.write(ByteBuffer.wrap(line.getBytes(UTF_8)));
            channel.force(true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return entry;
    }

    List<Entry> entries() {
        try {
            return Files.exists(file)
                    ? Files.readString(file).lines().map(Entry::parse).toList()
                    : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<Entry> entries(String instance) {
        return entries().stream()
                .filter(entry -> entry.instance().equals(instance))
                .toList();
    }

    /** The last time that an attempt's body was entered. */
    Entry entered(String instance, String attempt) {
        return entries(instance).stream()
                .filter(entry -> entry.toString().equals(attempt))
                .reduce((former, last) -> last)
                .orElseThrow();
    }

    /** What a node entered for an instance, in that order: {@code reserve#1 charge#1}. */
    String of(String instance, String node) {
        return entries(instance).stream()
                .filter(entry -> entry.node().equals(node))
                .map(Entry::toString)
                .collect(Collectors.joining(" "));
    }
}
