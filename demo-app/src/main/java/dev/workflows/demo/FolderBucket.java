package dev.workflows.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.regex.Pattern;

/** Objects as files. A reader sees an object whole or not at all, and what was put survives a power failure. */
class FolderBucket implements ReportsBucket {

    /** No segment is empty or starts with a dot, so no key leaves the folder or meets a temporary file. */
    private static final Pattern KEY = Pattern.compile("[\\w-][\\w.-]*(/[\\w-][\\w.-]*)*");

    private static final String TEMPORARY = ".put-";

    private final Path folder;

    FolderBucket(Path folder) {
        this.folder = folder.toAbsolutePath().normalize();
    }

    @Override
    public Optional<StoredObject> head(String key) {
        Path file = file(key);
        try {
            return Files.isRegularFile(file) ? Optional.of(new StoredObject(key, Files.size(file))) : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot look for \"%s\" in %s".formatted(key, this), e);
        }
    }

    @Override
    public void put(String key, byte[] content) {
        Path file = file(key);
        try {
            Path parent = Files.createDirectories(file.getParent());
            Path temporary = Files.createTempFile(parent, TEMPORARY, null);
            try {
                write(temporary, content);
                Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(temporary);
            }
            force(parent);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot put \"%s\" into %s".formatted(key, this), e);
        }
    }

    @Override
    public String toString() {
        return "folder " + folder;
    }

    private Path file(String key) {
        if (!KEY.matcher(key).matches()) {
            throw new IllegalArgumentException(
                    "Key \"%s\" is malformed: use letters, digits, \"_\", \"-\" and \".\", with \"/\" between segments, none starting with \".\""
                            .formatted(key));
        }
        return folder.resolve(key);
    }

    private static void write(Path file, byte[] content) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            ByteBuffer buffer = ByteBuffer.wrap(content);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            channel.force(true);
        }
    }

    /** Makes the move last. A file system that cannot open folders, as on Windows, does so by itself. */
    private static void force(Path directory) throws IOException {
        FileChannel channel;
        try {
            channel = FileChannel.open(directory, StandardOpenOption.READ);
        } catch (IOException e) {
            return;
        }
        try (channel) {
            channel.force(true);
        }
    }
}
