package dev.workflows.engine;

import dev.workflows.store.InstanceQueue;
import dev.workflows.store.Owned;
import dev.workflows.store.WorkflowStore;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/** The running half of the engine, from one start to one stop: its threads, and what runs on them. */
final class Worker implements Lease.Holder {

    private static final Logger log = LoggerFactory.getLogger(Worker.class);
    private static final Duration AFTER_INTERRUPT = Duration.ofSeconds(1);
    private static final Duration SWEEP_INTERVAL = Duration.ofMinutes(1);

    private final WorkflowStore store;
    private final WorkerSettings settings;
    private final Passes passes;
    private final ExecutorService threads = Executors.newCachedThreadPool(threads("workflow-", true));
    private final ScheduledThreadPoolExecutor leaseTimer = timer("workflows-lease-", 1);
    private final ScheduledThreadPoolExecutor timer = timer("workflows-timer-", 2);
    private final Lease lease;
    private final Dispatcher dispatcher;
    private final Listener listener;
    private final Scheduler scheduler;
    private final Thread polling;
    private final Thread listening;
    private volatile boolean stopped;

    Worker(
            WorkflowStore store,
            Workflows workflows,
            DeclaredSteps declared,
            StepTransactions transactions,
            EngineSettings settings) {
        this.store = store;
        this.settings = settings.worker();
        this.lease = new Lease(store, this.settings.lease(), leaseTimer);
        Patience patience = new Patience(() -> stopped);
        this.passes = new Passes(
                lease, new DeadlineWatch(timer, threads, store, patience, this.settings.interruptGrace()), store::tell);
        Watchdog watchdog = new Watchdog(timer, threads, this.settings.interruptGrace());
        AttemptRunner attempts = new AttemptRunner(workflows.payloads(), transactions, watchdog, store, patience);
        Waits waits = new Waits(store, patience, workflows.payloads());
        RetryRunner retries = new RetryRunner(attempts, waits, store, patience);
        StepSpecs specs = new StepSpecs(settings.defaults(), declared);
        StepRunner steps = new StepRunner(specs, attempts, retries, transactions);
        Children children = new Children(workflows, new Starter(store, this::dispatcher), waits, store, patience);
        Tools tools = new Tools(
                steps,
                waits,
                new Branching(threads, store, patience),
                new Values(store, patience, workflows.payloads()),
                new Patches(store, patience),
                children,
                new UnknownSteps(declared, store, patience));
        InstanceRunner instances = new InstanceRunner(workflows, tools, store, patience, passes);
        this.listener = new Listener(store, this::told);
        this.listening = threads("workflows-listener-", true).newThread(listener::listenUntilStopped);
        this.dispatcher = new Dispatcher(store, lease, instances, threads, this.settings.concurrency());
        this.scheduler = new Scheduler(timetables(workflows));
        List<InstanceQueue> queues = workflows.queues();
        // not a daemon: an application that only runs workflows is kept alive by it
        PollPace pace = new PollPace(this.settings.pollInterval(), listener::isHearing);
        this.polling =
                threads("workflows-dispatcher-", false).newThread(() -> dispatcher.pollUntilStopped(queues, pace));
    }

    private List<Timetable> timetables(Workflows workflows) {
        Starter starter = new Starter(store, () -> dispatcher);
        Steering steering = new Steering(store, workflows, () -> this);
        return workflows.all().stream()
                .filter(workflow -> !workflow.schedules().isEmpty())
                .map(workflow -> new Timetable(
                        workflow,
                        new DefaultWorkflowBinding(workflow, workflows.payloads(), store, starter, steering),
                        store))
                .toList();
    }

    Dispatcher dispatcher() {
        return dispatcher;
    }

    NodeState state() {
        return lease.state(dispatcher.instances().count());
    }

    void start() {
        lease.start(this);
        new Sweeper(store, timer, SWEEP_INTERVAL).start();
        polling.start();
        listening.start();
        scheduler.start(timer, threads);
    }

    /** Lets running attempts end in the time that is configured, and hands every instance back. */
    void stop() throws InterruptedException {
        scheduler.stop();
        listener.stop();
        dispatcher.stop();
        // what it is claiming right now is handed back with the rest
        polling.join(AFTER_INTERRUPT.toMillis());
        passes.stop();
        passes.awaitNone(settings.shutdownTimeout());
        passes.all().forEach(Pass::interrupt);
        passes.awaitNone(AFTER_INTERRUPT);
        stopped = true;
        for (Pass stuck : passes.all()) {
            if (stuck.lose()) {
                log.warn("{} does not stop: it is handed back, and what its thread still does no longer counts", stuck);
            }
        }
        // none is interrupted: it may be using the database
        leaseTimer.shutdown();
        timer.shutdown();
        threads.shutdown();
        leaseTimer.awaitTermination(AFTER_INTERRUPT.toMillis(), TimeUnit.MILLISECONDS);
        listening.join(AFTER_INTERRUPT.toMillis());
        lease.leave();
    }

    @Override
    public long handedOverUntil() {
        return dispatcher.handedOverUntil();
    }

    @Override
    public Set<Long> running() {
        return dispatcher.instances().keys();
    }

    @Override
    public Consumer<List<Owned>> comparing() {
        List<Pass> asked = passes.all();
        return owned -> passes.compare(asked, owned);
    }

    /**
     * The instance was steered from here.
     *
     * @return false if it does not run here
     */
    boolean steered(long key, Consumer<Pass> tell) {
        List<Pass> here = passes.of(key);
        here.forEach(tell);
        dispatcher.dueIn(Duration.ZERO);
        return !here.isEmpty();
    }

    /** What other nodes have told. */
    private void told(Set<Long> instances) {
        if (!Collections.disjoint(instances, running())) {
            lease.beatSoon(this);
        }
        dispatcher.told();
    }

    @Override
    public void lost() {
        passes.lose();
    }

    @Override
    public void due() {
        dispatcher.dueIn(Duration.ZERO);
    }

    private static ScheduledThreadPoolExecutor timer(String name, int threads) {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(threads, threads(name, true));
        timer.setRemoveOnCancelPolicy(true);
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        return timer;
    }

    private static ThreadFactory threads(String name, boolean daemon) {
        CustomizableThreadFactory factory = new CustomizableThreadFactory(name);
        factory.setDaemon(daemon);
        return factory;
    }
}
