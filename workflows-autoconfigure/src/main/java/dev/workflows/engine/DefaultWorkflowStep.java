package dev.workflows.engine;

import dev.workflows.ChildInstance;
import dev.workflows.CreateOptions;
import dev.workflows.DurationText;
import dev.workflows.NonRetryableException;
import dev.workflows.ReceivedEvent;
import dev.workflows.StepCallable;
import dev.workflows.StepOptions;
import dev.workflows.StepRunnable;
import dev.workflows.WaitOptions;
import dev.workflows.WorkflowBinding;
import dev.workflows.WorkflowStep;
import dev.workflows.store.StepKey;
import java.lang.reflect.Type;
import java.lang.reflect.UndeclaredThrowableException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.core.ResolvableType;

/** What {@code run} can ask of the engine in one pass, on its own thread and on those of its branches. */
final class DefaultWorkflowStep implements WorkflowStep {

    private static final Duration LONGEST = Duration.ofDays(365);

    private final Pass pass;
    private final Tools tools;

    DefaultWorkflowStep(Pass pass, Tools tools) {
        this.pass = pass;
        this.tools = tools;
    }

    @Override
    public String version() {
        return pass.claim().version();
    }

    @Override
    public boolean patched(String name) {
        return tools.patches().patched(enter("patch", name), name);
    }

    @Override
    @SuppressWarnings({"unchecked", "NullAway"}) // what the body returns, null only if T may be
    public <T extends @Nullable Object> T call(String name, Class<T> type, StepOptions options, StepCallable<T> body) {
        return (T) callLambda(name, type, options, body::call);
    }

    @Override
    @SuppressWarnings({"unchecked", "NullAway"}) // what the body returns, null only if T may be
    public <T extends @Nullable Object> T call(
            String name, ParameterizedTypeReference<T> type, StepOptions options, StepCallable<T> body) {
        return (T) callLambda(name, type.getType(), options, body::call);
    }

    @Override
    public void call(String name, StepOptions options, StepRunnable body) {
        callLambda(name, void.class, options, () -> {
            body.run();
            return null;
        });
    }

    private @Nullable Object callLambda(String name, Type type, StepOptions options, StepBody body) {
        Branch branch = branch("step", name);
        if (!StepParser.isStorable(ResolvableType.forType(type).resolve(Object.class))) {
            throw new IllegalArgumentException(
                    "Step \"%s\" returns %s, which cannot be stored: let its body wait for the value, and return that"
                            .formatted(name, type.getTypeName()));
        }
        StepDeclaration lambda = StepDeclaration.lambda(name, type, options);
        try {
            return tools.steps().call(branch, lambda, options.key(), body);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            // only the body of a step within a step's body can throw it, and its own caller awaits it
            throw new UndeclaredThrowableException(e);
        }
    }

    @Override
    public Instant now() {
        return Instant.parse(value("now", () -> Timestamps.now().toString()));
    }

    @Override
    public UUID randomUUID() {
        return UUID.fromString(value("random UUID", () -> UUID.randomUUID().toString()));
    }

    @Override
    public double random() {
        return Double.parseDouble(value(
                "random", () -> Double.toString(ThreadLocalRandom.current().nextDouble())));
    }

    /** Within a step's body, which is not replayed, whatever it is now. */
    private String value(String name, Supplier<String> value) {
        Branch branch = branch("value", name);
        if (branch.isInBody()) {
            return value.get();
        }
        branch.requireRunning();
        return tools.values().get(branch, name, value);
    }

    @Override
    public void sleep(String name, String duration) {
        sleep(name, DurationText.valueOf(duration).value());
    }

    @Override
    public void sleep(String name, Duration duration) {
        refuseTooLong(name, duration);
        Branch branch = enter("sleep", name);
        StepKey key = branch.nextKey(StepKey.Kind.SLEEP, name);
        Duration left = pass.history().waits().get(key);
        if (left != null) {
            tools.waits().sleepOn(branch, key, left);
        } else if (duration.compareTo(Duration.ZERO) > 0) {
            tools.waits().fallAsleep(branch, key, duration);
        }
    }

    @Override
    public void sleepUntil(String name, Instant time) {
        Branch branch = enter("sleep", name);
        StepKey key = branch.nextKey(StepKey.Kind.SLEEP, name);
        Duration left = pass.history().waits().get(key);
        if (left != null) {
            tools.waits().sleepOn(branch, key, left);
            return;
        }
        Duration duration = Duration.between(Instant.now(), time);
        refuseTooLong(name, duration);
        if (duration.isNegative()) {
            throw new IllegalArgumentException("Sleep \"%s\" cannot last until %s: that is past".formatted(name, time));
        }
        tools.waits().fallAsleep(branch, key, duration);
    }

    @Override
    public <T extends @Nullable Object> ReceivedEvent<T> waitForEvent(String name, WaitOptions<T> options) {
        Branch branch = enter("wait", name);
        return tools.waits().receive(branch, branch.nextKey(StepKey.Kind.WAIT, name), options);
    }

    @Override
    public <P, R> ChildInstance<R> start(WorkflowBinding<P, R> binding, CreateOptions<P> options) {
        return start(binding, options, false);
    }

    @Override
    public <P, R> ChildInstance<R> startDetached(WorkflowBinding<P, R> binding, CreateOptions<P> options) {
        return start(binding, options, true);
    }

    private <R> ChildInstance<R> start(WorkflowBinding<?, R> binding, CreateOptions<?> options, boolean detached) {
        String workflow = binding.workflowName();
        return tools.children().start(enter("child", workflow), workflow, options, detached);
    }

    @Override
    @SuppressWarnings("unchecked") // it is read as the output of the child's workflow
    public <R> @Nullable R await(ChildInstance<R> child) {
        return (R) tools.children().await(enter("child", child.workflowName()), child);
    }

    @Override
    @SuppressWarnings("unchecked") // what the branches return
    public <T extends @Nullable Object> List<T> all(List<StepCallable<T>> branches) throws Exception {
        return (List<T>) tools.branching().all(enter("branch", "all"), branches);
    }

    @Override
    @SuppressWarnings({"unchecked", "NullAway"}) // what the winner returns, null only if T may be
    public <T extends @Nullable Object> T race(String name, List<StepCallable<T>> branches) throws Exception {
        return (T) tools.branching().race(enter("race", name), name, branches);
    }

    /** The branch on this thread, which may wait. */
    private Branch enter(String what, String name) {
        Branch branch = branch(what, name);
        if (branch.isInBody()) {
            throw new NonRetryableException(
                    "The %s \"%s\" was called inside a step's body: only run and its branches can leave their thread"
                            .formatted(what, name));
        }
        branch.requireRunning();
        return branch;
    }

    /** The branch on this thread. */
    private Branch branch(String what, String name) {
        String problem = StepParser.nameProblem(name);
        if (problem != null) {
            throw new IllegalArgumentException("The name of a %s %s".formatted(what, problem));
        }
        Branch branch = Branch.current();
        if (branch == null || branch.pass() != pass) {
            throw new IllegalStateException(
                    ("The %s \"%s\" was called on thread \"%s\", which is neither that of run nor of one of its branches: "
                                    + "use step.all to do things at the same time")
                            .formatted(what, name, Thread.currentThread().getName()));
        }
        return branch;
    }

    private static void refuseTooLong(String name, Duration duration) {
        if (duration.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "Sleep \"%s\" is too long: %s, and the limit is 365 days".formatted(name, duration));
        }
    }
}
