package dev.workflows.chaos;

import dev.workflows.store.WorkflowStore;
import dev.workflows.store.Written;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.beans.factory.config.BeanPostProcessor;

/**
 * If it is told to, breaks the store: the checkpoint of a transactional step is written after the step's transaction, and
 * the process dies in between.
 */
class LateCheckpoints implements BeanPostProcessor {

    private final boolean active;

    LateCheckpoints(@Value("${chaos.late-checkpoints:false}") boolean active) {
        this.active = active;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        return active && bean instanceof WorkflowStore store ? broken(store) : bean;
    }

    private static WorkflowStore broken(WorkflowStore store) {
        return (WorkflowStore) Proxy.newProxyInstance(
                WorkflowStore.class.getClassLoader(),
                new Class<?>[] {WorkflowStore.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("append") && store.isInTransaction()) {
                        store.afterTransaction(committed -> Runtime.getRuntime().halt(1));
                        return Written.STORED;
                    }
                    return call(() -> method.invoke(store, arguments));
                });
    }

    private interface Call {

        @Nullable
        Object make() throws ReflectiveOperationException;
    }

    private static @Nullable Object call(Call call) throws Throwable {
        try {
            return call.make();
        } catch (InvocationTargetException e) {
            throw e.getTargetException();
        }
    }
}
