package dev.workflows.jpa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who writes for whom. */
@Timeout(60)
class SharedWritesTests {

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<List<String>> batches = new CopyOnWriteArrayList<>();
    private final List<String> alone = new CopyOnWriteArrayList<>();
    private final List<Thread> writers = new CopyOnWriteArrayList<>();
    private final CountDownLatch released = new CountDownLatch(1);

    @AfterEach
    void stop() {
        released.countDown();
        threads.shutdownNow();
    }

    /** Keeps the first writer until it is released; what is called "bad" cannot be written, "odd" only alone. */
    private final SharedWrites<String, String> shared =
            new SharedWrites<>(this::together, this::alone, text -> text.length() * 100_000);

    private volatile boolean commitFails;

    private List<Optional<String>> together(List<String> texts) {
        batches.add(List.copyOf(texts));
        texts.forEach(SharedWritesTests::refuseBad);
        if (commitFails) {
            throw new IllegalStateException("The commit failed");
        }
        return texts.stream()
                .map(text -> text.startsWith("odd") ? Optional.<String>empty() : Optional.of("written " + text))
                .toList();
    }

    private String alone(String text) {
        alone.add(text);
        if (text.equals("first")) {
            try {
                released.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
        refuseBad(text);
        return "alone " + text;
    }

    private static void refuseBad(String text) {
        if (text.startsWith("bad")) {
            throw new IllegalArgumentException(text);
        }
    }

    /** On a thread of its own, which has come to wait when this returns. */
    private CompletableFuture<String> waiting(String text) {
        Supplier<String> writing = () -> {
            writers.add(Thread.currentThread());
            return shared.write(text);
        };
        int before = writers.size();
        CompletableFuture<String> result = CompletableFuture.supplyAsync(writing, threads);
        await().until(() -> writers.size() > before && writers.get(before).getState() == Thread.State.WAITING);
        return result;
    }

    @Test
    void aLoneWriterWritesAlone() {
        assertThat(shared.write("a")).isEqualTo("alone a");
        assertThat(shared.write("b")).isEqualTo("alone b");
        assertThat(batches).isEmpty();
    }

    @Test
    void thoseThatComeMeanwhileAreWrittenTogether() {
        List<CompletableFuture<String>> all = new ArrayList<>(List.of(waiting("first")));
        IntStream.range(0, 3).forEach(i -> all.add(waiting("n" + i)));

        released.countDown();

        assertThat(all.stream().map(CompletableFuture::join))
                .containsExactly("alone first", "written n0", "written n1", "written n2");
        assertThat(batches).containsExactly(List.of("n0", "n1", "n2"));
        assertThat(alone).containsExactly("first");
    }

    @Test
    void nothingIsWrittenBeforeTheCommit() {
        commitFails = true;
        waiting("first");
        CompletableFuture<String> good = waiting("good");
        CompletableFuture<String> best = waiting("best");

        released.countDown();

        assertThat(good.join()).isEqualTo("alone good");
        assertThat(best.join()).isEqualTo("alone best");
    }

    @Test
    void onlyTheOneThatIsToBlameFails() {
        waiting("first");
        CompletableFuture<String> good = waiting("good");
        CompletableFuture<String> bad = waiting("bad");
        CompletableFuture<String> better = waiting("best");

        released.countDown();

        assertThat(good.join()).isEqualTo("alone good");
        assertThat(better.join()).isEqualTo("alone best");
        assertThatThrownBy(bad::join).hasRootCauseInstanceOf(IllegalArgumentException.class);
        assertThat(shared.write("later")).isEqualTo("alone later");
    }

    @Test
    void whatIsLeftOutIsWrittenAlone() {
        waiting("first");
        CompletableFuture<String> odd = waiting("odd");
        CompletableFuture<String> even = waiting("even");

        released.countDown();

        assertThat(odd.join()).isEqualTo("alone odd");
        assertThat(even.join()).isEqualTo("written even");
    }

    @Test
    void aLoneWriterThatFailsKeepsNobodyWaiting() {
        assertThatThrownBy(() -> shared.write("bad")).hasMessage("bad");

        assertThat(shared.write("good")).isEqualTo("alone good");
    }

    @Test
    void whatIsTooMuchForOneTransactionIsWrittenInTheNext() {
        waiting("first");
        List<CompletableFuture<String>> all =
                List.of(waiting("1234"), waiting("5678"), waiting("too long to share"), waiting("9"));

        released.countDown();

        all.forEach(CompletableFuture::join);
        assertThat(batches).containsExactly(List.of("1234", "5678"));
        assertThat(alone).contains("too long to share", "9");
    }

    @Test
    void anInterruptWhileWaitingIsKeptForWhatComesAfter() throws Exception {
        waiting("first");
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        Thread writer = new Thread(() -> {
            shared.write("second");
            interrupted.complete(Thread.currentThread().isInterrupted());
        });
        writer.start();
        await().until(() -> writer.getState() == Thread.State.WAITING);

        writer.interrupt();
        released.countDown();

        assertThat(interrupted.get(30, TimeUnit.SECONDS)).isTrue();
    }
}
