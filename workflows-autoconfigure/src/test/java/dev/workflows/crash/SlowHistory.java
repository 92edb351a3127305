package dev.workflows.crash;

import dev.workflows.store.WorkflowStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/** Has an instance that goes on wait for the signal "go", between its claim and the first thing that it does. */
@Configuration(proxyBeanMethods = false)
class SlowHistory {

    @Bean
    static BeanPostProcessor slowHistoryProcessor(Environment environment) {
        Signals signals = new Signals(Path.of(environment.getRequiredProperty("crash.directory")));
        return new BeanPostProcessor() {
            @Override
            public Object postProcessAfterInitialization(Object bean, String name) {
                return bean instanceof WorkflowStore store ? slow(store, signals) : bean;
            }
        };
    }

    private static Object slow(WorkflowStore store, Signals signals) {
        return Proxy.newProxyInstance(
                SlowHistory.class.getClassLoader(),
                new Class<?>[] {WorkflowStore.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("history")) {
                        signals.raise("loading");
                        signals.awaitRaised("go");
                    }
                    try {
                        return method.invoke(store, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getTargetException();
                    }
                });
    }
}
