package dev.workflows.crash;

import static org.awaitility.Awaitility.await;

import dev.workflows.WorkflowBinding;
import dev.workflows.WorkflowInstance;
import dev.workflows.test.OwnThread;
import dev.workflows.test.TestApplication;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.springframework.context.ConfigurableApplicationContext;

/** Nodes in this JVM, on one database; closed with whatever bodies they still hold. */
final class Nodes implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final List<ConfigurableApplicationContext> contexts = new ArrayList<>();
    private final String url;
    private final Signals signals;
    private final Journal journal;

    Nodes(String url, Path directory) {
        this.url = url;
        this.signals = new Signals(directory);
        this.journal = Journal.in(directory);
        CrashDatabase.createLedger(url);
    }

    Signals signals() {
        return signals;
    }

    Journal journal() {
        return journal;
    }

    /** @param properties {@code key=value} */
    ConfigurableApplicationContext start(String node, String... properties) {
        return start(node, Crash.class, properties);
    }

    /** @param bean to be added */
    ConfigurableApplicationContext start(String node, Class<?> bean, String... properties) {
        ConfigurableApplicationContext context = TestApplication.on(url, Crash.class, OrderWorkflow.class, bean)
                .with("crash.directory=" + signals.directory(), "crash.node=" + node)
                .with(properties)
                .start();
        contexts.add(context);
        return context;
    }

    /** Starts a node and has it run an instance until that is held at the point. */
    ConfigurableApplicationContext startHolding(CrashPoint point, String node, String... properties) {
        ConfigurableApplicationContext context = start(node, properties);
        CrashApplication.create(context, point.instance());
        signals.awaitRaised(point.instance());
        return context;
    }

    /** Waits for an instance to complete, far less long than the leases of these tests. */
    static String output(ConfigurableApplicationContext context, CrashPoint point) throws InterruptedException {
        WorkflowBinding<String, String> binding = CrashApplication.binding(context);
        WorkflowInstance<String> instance = binding.get(point.instance());
        return instance.await(PATIENCE);
    }

    /** Closes a node on another thread, up to where it waits for its bodies. */
    CompletableFuture<Void> closing(ConfigurableApplicationContext context, String node) {
        CompletableFuture<Void> closing = CompletableFuture.runAsync(context::close, OwnThread::start);
        signals.awaitRaised("draining-" + node);
        return closing;
    }

    /** Lets held bodies go, and waits until no thread is inside the workflow. */
    void letGo() {
        signals.raise("go");
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> Thread.getAllStackTraces().values().stream()
                        .flatMap(Stream::of)
                        .noneMatch(frame -> frame.getClassName().equals(OrderWorkflow.class.getName())));
    }

    @Override
    public void close() {
        signals.raise("go");
        contexts.forEach(ConfigurableApplicationContext::close);
    }
}
