package dev.workflows.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FolderBucketTests {

    @TempDir
    private Path temporary;

    private Path folder;
    private FolderBucket bucket;

    @BeforeEach
    void openBucket() {
        folder = temporary.resolve("bucket");
        bucket = new FolderBucket(folder);
    }

    @Test
    void anObjectIsThereOnceItWasPut() {
        assertThat(bucket.head("reports/a.json")).isEmpty();

        bucket.put("reports/a.json", "{}".getBytes(UTF_8));

        assertThat(bucket.head("reports/a.json")).contains(new ReportsBucket.StoredObject("reports/a.json", 2));
        assertThat(bucket.head("reports/b.json")).isEmpty();
        assertThat(folder.resolve("reports/a.json")).hasContent("{}");
    }

    @Test
    void aSecondPutReplacesTheObject() throws IOException {
        bucket.put("a", "a long first version".getBytes(UTF_8));
        bucket.put("a", "second".getBytes(UTF_8));

        assertThat(folder.resolve("a")).hasContent("second");
        assertThat(files()).containsExactly("a");
    }

    @Test
    void aFolderIsNoObject() {
        bucket.put("reports/a.json", new byte[0]);

        assertThat(bucket.head("reports")).isEmpty();
        assertThat(bucket.head("reports/a.json")).contains(new ReportsBucket.StoredObject("reports/a.json", 0));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                "../a",
                "reports/../../a",
                "reports/..",
                "/etc/passwd",
                "reports//a",
                "reports/",
                "reports\\..\\a",
                "C:/a",
                "a\u0000b",
                "a\n",
                ".put-1",
                "reports/.hidden"
            })
    void aKeyCannotLeaveTheFolderOrMeetATemporaryFile(String key) throws IOException {
        assertThatIllegalArgumentException().isThrownBy(() -> bucket.head(key)).withMessageContaining("is malformed");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> bucket.put(key, new byte[1]))
                .withMessageContaining("is malformed");

        assertThat(temporary).isEmptyDirectory();
    }

    @Test
    void aReaderNeverSeesHalfAnObject() throws IOException {
        byte[] zeros = new byte[256 * 1024];
        byte[] ones = new byte[zeros.length];
        Arrays.fill(ones, (byte) 1);
        bucket.put("a", zeros);

        CompletableFuture<Void> writer = CompletableFuture.runAsync(
                () -> {
                    for (int i = 0; i < 50; i++) {
                        bucket.put("a", i % 2 == 0 ? ones : zeros);
                    }
                },
                // the common pool may have one thread, which may be busy
                work -> new Thread(work, "writer").start());

        do {
            assertThat(Files.readAllBytes(folder.resolve("a"))).isIn(zeros, ones);
        } while (!writer.isDone());
        writer.join();
    }

    @Test
    void aPutThatFailsLeavesEverythingAsItWas() throws IOException {
        bucket.put("a/b", "kept".getBytes(UTF_8));

        assertThatThrownBy(() -> bucket.put("a", "in the way of a folder".getBytes(UTF_8)))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("Cannot put \"a\" into folder " + folder);

        assertThat(files()).containsExactly("a/b");
        assertThat(folder.resolve("a/b")).hasContent("kept");
    }

    private List<String> files() throws IOException {
        try (Stream<Path> found = Files.walk(folder)) {
            return found.filter(Files::isRegularFile)
                    .map(file -> folder.relativize(file).toString())
                    .toList();
        }
    }
}
