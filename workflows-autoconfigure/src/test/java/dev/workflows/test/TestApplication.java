package dev.workflows.test;

import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.logging.LoggingApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

/** A Spring Boot application as a user would have it, started by a test with some beans of its own. */
public final class TestApplication {

    @SpringBootConfiguration
    @EnableAutoConfiguration
    @Configuration(proxyBeanMethods = false)
    public static class Boot {}

    private final String url;
    private final List<Class<?>> sources = new ArrayList<>(List.of(Boot.class));
    private final List<String> properties = new ArrayList<>();

    private TestApplication(String url) {
        this.url = url;
    }

    public static TestApplication on(String url, Class<?>... beans) {
        TestApplication application = new TestApplication(url);
        application.sources.addAll(List.of(beans));
        return application;
    }

    public TestApplication with(String... more) {
        properties.addAll(List.of(more));
        return this;
    }

    public ConfigurableApplicationContext start() {
        return builder().run();
    }

    /** Starts while others of this JVM may be starting too: Boot's set-up of the logging is not made for that. */
    public ConfigurableApplicationContext startBesideOthers() {
        SpringApplicationBuilder builder = builder();
        SpringApplication application = builder.application();
        application.setListeners(application.getListeners().stream()
                .filter(listener -> !(listener instanceof LoggingApplicationListener))
                .toList());
        return builder.run();
    }

    private SpringApplicationBuilder builder() {
        List<String> all = new ArrayList<>(List.of(TestDatabase.properties(url)));
        all.add("spring.main.banner-mode=off");
        all.add("spring.flyway.enabled=false");
        all.addAll(properties);
        return new SpringApplicationBuilder(sources.toArray(Class<?>[]::new))
                .web(WebApplicationType.NONE)
                .properties(all.toArray(String[]::new));
    }
}
