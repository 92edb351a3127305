package dev.workflows.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.stream.Stream;

/**
 * What all processes write down of what happens, a line each, in one file: the system appends each line as a whole, so that
 * their order is the order in which they were written, whoever did.
 */
final class Journal implements AutoCloseable {

    /** What a line says. */
    enum What {
        /** A step's body was entered. */
        ENTERED,
        /** A step's body returned the value. */
        RETURNED,
        /** {@code run} was given the value by a step, a wait or a child. */
        SAW,
        KILLED,
        FROZEN,
        /** Is about to go on. */
        THAWED,
        DATABASE_STOPPED,
        DATABASE_STARTED
    }

    /**
     * @param node empty for what concerns none
     * @param instance empty for what concerns none, as step
     * @param attempt 0 for what is none
     */
    record Line(Instant at, What what, String node, String instance, String step, int attempt, String value) {

        static Line of(What fault, String node) {
            return new Line(Instant.now(), fault, node, "", "", 0, "");
        }

        static Line parse(String line) {
            String[] words = line.split("\t", -1);
            return new Line(
                    Instant.parse(words[0]),
                    What.valueOf(words[1]),
                    words[2],
                    words[3],
                    words[4],
                    Integer.parseInt(words[5]),
                    words[6]);
        }

        private String text() {
            return String.join("\t", at.toString(), what.name(), node, instance, step, "" + attempt, value) + "\n";
        }
    }

    private final Path file;
    // a channel would be closed by the interruption of whoever writes
    private final FileOutputStream out;

    private Journal(Path file) throws IOException {
        this.file = file;
        this.out = new FileOutputStream(file.toFile(), true);
    }

    static Journal in(Path directory) {
        try {
            return new Journal(directory.resolve("journal"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void write(Line line) {
        try {
            out.write(line.text().getBytes(UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All lines so far, in order; to be closed. */
    Stream<Line> lines() {
        try {
            return Files.lines(file).map(Line::parse);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
