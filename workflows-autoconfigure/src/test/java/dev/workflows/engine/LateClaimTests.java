package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.workflows.StepContext;
import dev.workflows.store.WorkflowStore;
import dev.workflows.test.OnEveryDatabase;
import dev.workflows.test.SharedApplication;
import dev.workflows.test.TestDatabase;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.beans.factory.config.BeanPostProcessor;

/** A busy node may learn late of what it has claimed, and run it later still. */
class LateClaimTests {

    private static final int HEARTBEATS = 5;

    /** Lets heartbeats come between the commit of a claim and its answer. */
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
                        if (method.getName().equals("claim") && !((Collection<?>) answer).isEmpty()) {
                            heartbeats = new CountDownLatch(HEARTBEATS);
                            assertThat(heartbeats.await(20, TimeUnit.SECONDS)).isTrue();
                        }
                        return answer;
                    });
        }
    }

    @RegisterExtension
    private static final SharedApplication APPLICATION =
            SharedApplication.of(ScriptedWorkflow.class, SlowAnswers.class).with("workflows.worker.lease=1 second");

    @OnEveryDatabase
    void isNotTakenForLostMeanwhile(TestDatabase database) throws Exception {
        List<Integer> attempts = new CopyOnWriteArrayList<>();

        ScriptedWorkflow.run(APPLICATION.on(database), (steps, step) -> {
            // what comes after it is claimed
            step.sleep("a moment", Duration.ofMillis(1));
            steps.act(() -> attempts.add(StepContext.current().attempt()));
            return null;
        });

        assertThat(attempts).containsExactly(1);
    }
}
