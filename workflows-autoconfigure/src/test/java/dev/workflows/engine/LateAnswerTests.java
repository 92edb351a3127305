package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.workflows.StepContext;
import dev.workflows.WaitOptions;
import dev.workflows.WaitTimeoutException;
import dev.workflows.store.WorkflowStore;
import dev.workflows.test.OnEveryDatabase;
import dev.workflows.test.SharedApplication;
import dev.workflows.test.TestDatabase;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.beans.factory.config.BeanPostProcessor;

/** A busy node may learn late of what is committed: that it has claimed an instance, or has given it up. */
class LateAnswerTests {

    private static final int HEARTBEATS = 3;
    private static final Duration SHORT = Duration.ofMillis(1);
    private static final Set<String> GIVING_UP = Set.of("sleep", "retryLater", "receive");

    /** Lets heartbeats come between a commit and its answer. */
    static class SlowAnswers implements BeanPostProcessor {

        private volatile CountDownLatch heartbeats = new CountDownLatch(0);

        @Override
        public Object postProcessAfterInitialization(Object bean, String beanName) {
            return bean instanceof WorkflowStore store ? slow(store) : bean;
        }

        private WorkflowStore slow(WorkflowStore store) {
            return (WorkflowStore) Proxy.newProxyInstance(
                    WorkflowStore.class.getClassLoader(),
                    new Class<?>[] {WorkflowStore.class},
                    (proxy, method, arguments) -> {
                        Object answer;
                        try {
                            answer = method.invoke(store, arguments);
                        } catch (InvocationTargetException e) {
                            throw e.getTargetException();
                        }
                        if (method.getName().equals("renew")) {
                            heartbeats.countDown();
                        }
                        boolean claimed = method.getName().equals("claim") && !((Collection<?>) answer).isEmpty();
                        if (claimed || GIVING_UP.contains(method.getName())) {
                            heartbeats = new CountDownLatch(HEARTBEATS);
                            assertThat(heartbeats.await(20, TimeUnit.SECONDS)).isTrue();
                        }
                        return answer;
                    });
        }
    }

    @RegisterExtension
    private static final SharedApplication APPLICATION = SharedApplication.of(ScriptedWorkflow.class, SlowAnswers.class)
            .with("workflows.worker.lease=1 second", "workflows.worker.poll-interval=1 hour");

    @OnEveryDatabase
    void heartbeatsMeanwhileChangeNothing(TestDatabase database) throws Exception {
        List<Integer> attempts = new CopyOnWriteArrayList<>();

        Object output = ScriptedWorkflow.run(APPLICATION.on(database), (steps, step) -> {
            step.sleep("a moment", SHORT);
            steps.retriedFiveTimes(() -> {
                attempts.add(StepContext.current().attempt());
                if (attempts.size() == 1) {
                    throw new IllegalStateException("no luck");
                }
                return 1;
            });
            try {
                return step.waitForEvent(
                        "nothing", WaitOptions.forType("event", Object.class).withTimeout(SHORT));
            } catch (WaitTimeoutException e) {
                return "nothing came";
            }
        });

        assertThat(output).isEqualTo("nothing came");
        assertThat(attempts).containsExactly(1, 2);
    }
}
