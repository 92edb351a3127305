package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.workflows.CreateOptions;
import dev.workflows.WaitOptions;
import dev.workflows.Workflow;
import dev.workflows.WorkflowBinding;
import dev.workflows.WorkflowEntrypoint;
import dev.workflows.WorkflowEvent;
import dev.workflows.WorkflowInstance;
import dev.workflows.WorkflowStep;
import dev.workflows.test.OnEveryDatabase;
import dev.workflows.test.TestApplication;
import dev.workflows.test.TestDatabase;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Which code created an instance. */
class VersionTests {

    abstract static class Ordering implements WorkflowEntrypoint<Void, String> {

        @Override
        public String run(WorkflowEvent<Void> event, WorkflowStep step) {
            String before = step.version();
            step.waitForEvent("go", WaitOptions.forType("go", String.class));
            return before + " " + step.version();
        }
    }

    @Workflow(name = "order")
    static class Unversioned extends Ordering {}

    @Workflow(name = "order", version = "1")
    static class Version1 extends Ordering {}

    @Workflow(name = "order", version = "2")
    static class Version2 extends Ordering {}

    @OnEveryDatabase
    void anInstanceKeepsTheVersionThatCreatedIt(TestDatabase database) throws Exception {
        String url = database.newUrl();
        try (ConfigurableApplicationContext application = start(url, Unversioned.class)) {
            create(application, "unversioned");
        }
        try (ConfigurableApplicationContext application = start(url, Version1.class)) {
            create(application, "first");
        }
        try (ConfigurableApplicationContext application = start(url, Version2.class)) {
            create(application, "second");
            binding(application).createBatch(List.of(options("third"), options("fourth")));

            assertThat(goOn(application, "unversioned")).isEqualTo(" ");
            assertThat(goOn(application, "first")).isEqualTo("1 1");
            assertThat(goOn(application, "second")).isEqualTo("2 2");
            assertThat(goOn(application, "fourth")).isEqualTo("2 2");
            assertThat(application
                            .getBean(JdbcClient.class)
                            .sql("select version from workflow_instance order by id")
                            .query(String.class)
                            .list())
                    .containsExactly("1", "2", "2", "2", "");
        }
    }

    @OnEveryDatabase
    void theConfigurationReplacesTheVersion(TestDatabase database) throws Exception {
        try (ConfigurableApplicationContext application = TestApplication.on(database.newUrl(), Version1.class)
                .with("workflows.definitions.order.version=build 42")
                .start()) {
            create(application, "first");

            assertThat(goOn(application, "first")).isEqualTo("build 42 build 42");
        }
    }

    private static ConfigurableApplicationContext start(String url, Class<?> workflow) {
        return TestApplication.on(url, workflow).start();
    }

    private static void create(ApplicationContext application, String id) {
        binding(application).create(options(id));
    }

    private static CreateOptions<@Nullable Void> options(String id) {
        return CreateOptions.<@Nullable Void>of(null).withId(id);
    }

    private static String goOn(ApplicationContext application, String id) throws InterruptedException {
        WorkflowInstance<String> instance = binding(application).get(id);
        instance.sendEvent("go", "");
        return instance.await(ScriptedWorkflow.LONG_ENOUGH);
    }

    @SuppressWarnings("unchecked")
    private static WorkflowBinding<@Nullable Void, String> binding(ApplicationContext application) {
        return application.getBean("ORDER", WorkflowBinding.class);
    }
}
