package dev.workflows.engine;

import dev.workflows.PayloadCodec;
import dev.workflows.WorkflowBinding;
import dev.workflows.store.WorkflowStore;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.SmartLifecycle;

/** The engine as the application context sees it: it starts and stops with it, and has the bindings. */
public final class WorkflowEngine implements SmartLifecycle, SmartInitializingSingleton {

    private static final Logger log = LoggerFactory.getLogger(WorkflowEngine.class);

    /** Starts before the web server takes requests, and stops after it has drained (at MAX_VALUE - 1024 and - 2048). */
    static final int PHASE = Integer.MAX_VALUE - 4096;

    private final WorkflowStore store;
    private final EngineSettings settings;
    private final ConfigurableListableBeanFactory beans;
    private final Workflows workflows;
    private volatile DeclaredSteps declared = DeclaredSteps.NONE;
    private final AtomicReference<@Nullable Worker> worker = new AtomicReference<>();

    /** @param codec null to store plain JSON */
    public WorkflowEngine(
            WorkflowStore store,
            EngineSettings settings,
            WorkflowBeans workflowBeans,
            @Nullable PayloadCodec codec,
            ConfigurableListableBeanFactory beans) {
        this.store = store;
        this.settings = settings;
        this.beans = beans;
        this.workflows =
                new Workflows(workflowBeans.definitions(), settings, new Payloads(settings.limits(), codec), beans);
    }

    /** Whether this node is one that runs instances, from its start to its stop. */
    public boolean isWorker() {
        return settings.worker().enabled() && !workflows.names().isEmpty();
    }

    /** How it is, at once and without asking the database; empty while it runs no instances. */
    public Optional<NodeState> nodeState() {
        return Optional.ofNullable(worker.get()).map(Worker::state);
    }

    /** The binding of a workflow. */
    WorkflowBinding<Object, Object> binding(String workflow) {
        Starter starter = new Starter(store, () -> {
            Worker running = worker.get();
            return running == null ? null : running.dispatcher();
        });
        Steering steering = new Steering(store, workflows, worker::get);
        return new DefaultWorkflowBinding(
                workflows.definition(workflow), workflows.payloads(), store, starter, steering);
    }

    @Override
    public void afterSingletonsInstantiated() {
        DeclaredSteps steps = DeclaredSteps.of(beans);
        declared = steps;
        steps.refuseAmbiguousAliases(workflows.all());
        new SettingsCheck(settings, workflows.all(), steps).check();
        workflows.refuseSchedulesThatLackParams();
        workflows.all().forEach(workflow -> log.info(workflow.describe(settings.defaults())));
    }

    @Override
    public void start() {
        if (!isWorker()) {
            return;
        }
        reportUnknown();
        Worker started = new Worker(store, workflows, declared, new StepTransactions(beans, store), settings);
        started.start();
        worker.set(started);
    }

    /** What nobody here can run waits for a node that can. */
    private void reportUnknown() {
        Map<String, Long> unknown = store.countUnknown(workflows.names());
        unknown.forEach((name, count) -> log.warn(
                "{} unfinished instances are of workflow \"{}\", which this application does not have: they wait. If it was "
                        + "renamed, name its former name in @Workflow(aliases); known are {}",
                count,
                name,
                workflows.names()));
        if (settings.replayCheck() == ReplayCheck.OFF) {
            return;
        }
        store.sampleDeclaredSteps(workflows.names()).forEach((name, steps) -> {
            List<String> strange = declared.unknown(workflows.definition(name), steps);
            if (!strange.isEmpty()) {
                log.warn(
                        "Unfinished instances of workflow \"{}\" have completed steps that this application does not have: {}. "
                                + "They wait. {}",
                        name,
                        strange,
                        UnknownSteps.CURE);
            }
        });
    }

    @Override
    public void stop() {
        Worker running = worker.getAndSet(null);
        if (running == null) {
            return;
        }
        try {
            running.stop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            log.warn("Interrupted while stopping: what was running goes on when this node's lease has run out");
        } catch (RuntimeException e) {
            log.warn("What was running could not be handed back: it goes on when this node's lease has run out", e);
        }
    }

    /** On a thread of its own: other beans of this phase stop meanwhile. */
    @Override
    public void stop(Runnable callback) {
        Thread stopping = new Thread(
                () -> {
                    try {
                        stop();
                    } finally {
                        callback.run();
                    }
                },
                "workflows-stop");
        stopping.start();
    }

    @Override
    public boolean isRunning() {
        return worker.get() != null;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }
}
