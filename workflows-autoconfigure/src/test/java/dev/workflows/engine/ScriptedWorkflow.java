package dev.workflows.engine;

import dev.workflows.Backoff;
import dev.workflows.CreateOptions;
import dev.workflows.NonRetryableException;
import dev.workflows.Step;
import dev.workflows.Workflow;
import dev.workflows.WorkflowBinding;
import dev.workflows.WorkflowEntrypoint;
import dev.workflows.WorkflowEvent;
import dev.workflows.WorkflowInstance;
import dev.workflows.WorkflowStep;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationContext;

/** A workflow that runs what a test gives it for an instance; its steps do what they are given, too. */
@Workflow
class ScriptedWorkflow implements WorkflowEntrypoint<Object, Object> {

    static final Duration LONG_ENOUGH = Duration.ofSeconds(60);

    @FunctionalInterface
    interface Script {
        @Nullable
        Object run(ScriptedWorkflow steps, WorkflowStep step) throws Exception;
    }

    @FunctionalInterface
    interface Action {
        void run() throws Exception;
    }

    private final Map<String, Script> scripts = new ConcurrentHashMap<>();

    /** Creates an instance that runs the script. */
    static WorkflowInstance<Object> create(ApplicationContext application, Script script) {
        return create(application, UUID.randomUUID().toString(), script);
    }

    static WorkflowInstance<Object> create(ApplicationContext application, String id, Script script) {
        return create(application, CreateOptions.of(null).withId(id), script);
    }

    /** @param options with an id, under which the script is found again */
    static WorkflowInstance<Object> create(
            ApplicationContext application, CreateOptions<Object> options, Script script) {
        script(application, Objects.requireNonNull(options.id()), script);
        return binding(application).create(options);
    }

    /** What a deploy does to an instance: its next pass runs this script. */
    static void deploy(ApplicationContext application, WorkflowInstance<?> instance, Script script) {
        application.getBean(ScriptedWorkflow.class).scripts.put(instance.id(), script);
    }

    /** What an instance of that id will run, whoever creates it. */
    static void script(ApplicationContext application, String id, Script script) {
        application.getBean(ScriptedWorkflow.class).scripts.put(id, script);
    }

    /** The output of an instance that runs the script. */
    static @Nullable Object run(ApplicationContext application, Script script) throws InterruptedException {
        return create(application, script).await(LONG_ENOUGH);
    }

    /** The error that ends an instance that runs the script. */
    static dev.workflows.InstanceStatus.InstanceError failure(ApplicationContext application, Script script)
            throws InterruptedException {
        try {
            throw new AssertionError("Complete: " + run(application, script));
        } catch (dev.workflows.InstanceFailedException e) {
            return Objects.requireNonNull(e.status().error());
        }
    }

    @SuppressWarnings("unchecked")
    static WorkflowBinding<Object, Object> binding(ApplicationContext application) {
        return (WorkflowBinding<Object, Object>) application.getBean("SCRIPTED_WORKFLOW");
    }

    @Override
    public @Nullable Object run(WorkflowEvent<Object> event, WorkflowStep step) throws Exception {
        return Objects.requireNonNull(scripts.get(event.instanceId())).run(this, step);
    }

    @Step(name = "number", retries = 0)
    int number(Callable<Integer> body) throws Exception {
        return body.call();
    }

    @Step(name = "text", retries = 0)
    @Nullable
    String text(Callable<@Nullable String> body) throws Exception {
        return body.call();
    }

    @Step(name = "flag", retries = 0)
    boolean flag(Callable<Boolean> body) throws Exception {
        return body.call();
    }

    @Step(name = "act", retries = 0)
    void act(Action body) throws Exception {
        body.run();
    }

    @Step(name = "retried five times", retries = 5, delay = "10", backoff = Backoff.CONSTANT)
    int retriedFiveTimes(Callable<Integer> body) throws Exception {
        return body.call();
    }

    @Step(name = "retried at once", retries = 5, delay = "0")
    int retriedAtOnce(Callable<Integer> body) throws Exception {
        return body.call();
    }

    @Step(name = "retried later", retries = 1, delay = "1 hour")
    int retriedLater(Callable<Integer> body) throws Exception {
        return body.call();
    }

    @Step(name = "constant", retries = 3, delay = "300", backoff = Backoff.CONSTANT)
    int constant(Callable<Integer> body) throws Exception {
        return body.call();
    }

    @Step(name = "linear", retries = 3, delay = "200", backoff = Backoff.LINEAR)
    int linear(Callable<Integer> body) throws Exception {
        return body.call();
    }

    @Step(name = "exponential", retries = 3, delay = "200", backoff = Backoff.EXPONENTIAL)
    int exponential(Callable<Integer> body) throws Exception {
        return body.call();
    }

    @Step(name = "capped", retries = 3, delay = "200", backoff = Backoff.EXPONENTIAL, maxDelay = "300")
    int capped(Callable<Integer> body) throws Exception {
        return body.call();
    }

    @Step(
            name = "picky",
            retries = 5,
            delay = "10",
            noRetryFor = {IllegalArgumentException.class, java.io.FileNotFoundException.class})
    int picky(Callable<Integer> body) throws Exception {
        return body.call();
    }

    @Step(name = "short", retries = 1, delay = "10", timeout = "300")
    String shortOfTime(Callable<String> body) throws Exception {
        return body.call();
    }

    @Step(name = "short, once", retries = 0, timeout = "300")
    String shortOfTimeOnce(Callable<String> body) throws Exception {
        return body.call();
    }

    static class CardDeclined extends NonRetryableException {
        CardDeclined(String message) {
            super(message);
        }
    }
}
