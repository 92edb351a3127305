package dev.workflows.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.workflows.store.WorkflowStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.mockito.Mockito;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.AnnotationConfigRegistry;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.core.io.support.SpringFactoriesLoader.ArgumentResolver;
import org.springframework.core.io.support.SpringFactoriesLoader.FailureHandler;

/** Starting an application with the starter, and what a start that fails tells the person who reads it. */
final class StartUp {

    private StartUp() {}

    /** The auto-configuration and these beans, without a database: for what is decided before there is one. */
    static ApplicationContextRunner withoutDatabase(Class<?>... beans) {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(WorkflowsAutoConfiguration.class))
                .withBean(WorkflowStore.class, () -> Mockito.mock(WorkflowStore.class))
                .withPropertyValues("workflows.worker.enabled=false")
                .withInitializer(context -> {
                    for (Class<?> bean : beans) {
                        ((AnnotationConfigRegistry) context).register(bean);
                    }
                });
    }

    /** As application.yml. */
    static ApplicationContextRunner yaml(ApplicationContextRunner runner, String yaml) {
        return runner.withInitializer(
                context -> load(yaml).forEach(context.getEnvironment().getPropertySources()::addLast));
    }

    private static List<PropertySource<?>> load(String yaml) {
        try {
            return new YamlPropertySourceLoader()
                    .load("application.yml", new ByteArrayResource(yaml.getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As environment variables, {@code NAME=value}. */
    static ApplicationContextRunner variables(ApplicationContextRunner runner, String... variables) {
        return runner.withInitializer(context -> {
            Map<String, Object> values = new LinkedHashMap<>();
            for (String variable : variables) {
                int equals = variable.indexOf('=');
                values.put(variable.substring(0, equals), variable.substring(equals + 1));
            }
            ConfigurableEnvironment environment = context.getEnvironment();
            environment
                    .getPropertySources()
                    .replace(
                            StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                            new SystemEnvironmentPropertySource(
                                    StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, values));
        });
    }

    /** What the person who starts the application reads: the first analysis there is, as Spring Boot prints it. */
    static String explanation(Throwable failure) {
        ConfigurableEnvironment environment = new StandardEnvironment();
        List<FailureAnalyzer> analyzers = SpringFactoriesLoader.forDefaultResourceLocation()
                .load(
                        FailureAnalyzer.class,
                        ArgumentResolver.of(Environment.class, environment)
                                .and(BeanFactory.class, new DefaultListableBeanFactory()),
                        FailureHandler.handleMessage((message, thrown) -> {}));
        List<FailureAnalysis> analyses = new ArrayList<>();
        for (FailureAnalyzer analyzer : analyzers) {
            FailureAnalysis analysis = analyzer.analyze(failure);
            if (analysis != null) {
                analyses.add(analysis);
                break;
            }
        }
        assertThat(analyses)
                .withFailMessage(() -> "Nothing explains " + failure)
                .isNotEmpty();
        FailureAnalysis first = analyses.get(0);
        return "Description: " + Objects.toString(first.getDescription()) + "\nAction: " + first.getAction();
    }
}
