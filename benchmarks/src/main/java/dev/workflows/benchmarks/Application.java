package dev.workflows.benchmarks;

import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** An application with the library in it, as a user would have it. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
@Import({CountingWorkflow.class, HeldWorkflow.class, SleepingWorkflow.class})
class Application {

    /** @param properties {@code --key=value} */
    static ConfigurableApplicationContext start(List<Class<?>> more, List<String> properties) {
        List<Class<?>> sources = new ArrayList<>(more);
        sources.add(Application.class);
        return new SpringApplication(sources.toArray(Class<?>[]::new)).run(properties.toArray(String[]::new));
    }
}
