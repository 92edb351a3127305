package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.workflows.CreateOptions;
import dev.workflows.Status;
import dev.workflows.Step;
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
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.aop.support.AopUtils;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.annotation.Transactional;

/** Instances that have completed steps which an application does not have, be it older or newer. */
@ExtendWith(OutputCaptureExtension.class)
class UnknownStepTests {

    interface Weighing {
        int weigh();
    }

    /** Is behind a proxy that shows only its interface. */
    static class Scales implements Weighing {

        @Override
        @Step
        @Transactional
        public int weigh() {
            return 1;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Shared {

        @Bean
        Weighing weighing() {
            return new Scales();
        }
    }

    @Import(Shared.class)
    abstract static class Ordering implements WorkflowEntrypoint<Void, String> {

        private final Weighing weighing;

        Ordering(Weighing weighing) {
            this.weighing = weighing;
        }

        @Override
        public String run(WorkflowEvent<Void> event, WorkflowStep step) {
            weighing.weigh();
            step.call("a lambda of " + name(), () -> {});
            prepare();
            step.waitForEvent("wait", WaitOptions.forType("go", String.class));
            return name();
        }

        abstract void prepare();

        abstract String name();
    }

    @Workflow(name = "order")
    static class Complete extends Ordering {

        Complete(Weighing weighing) {
            super(weighing);
        }

        @Override
        void prepare() {
            pack("box");
            check();
        }

        @Override
        String name() {
            return "complete";
        }

        @Step(key = "#a0")
        void pack(String what) {}

        @Step
        void check() {}
    }

    @Workflow(name = "order")
    static class WithoutCheck extends Ordering {

        WithoutCheck(Weighing weighing) {
            super(weighing);
        }

        @Override
        void prepare() {
            pack("box");
        }

        @Override
        String name() {
            return "without check";
        }

        @Step(key = "#a0")
        void pack(String what) {}
    }

    @OnEveryDatabase
    void theyWaitForANodeThatHasThem(TestDatabase database, CapturedOutput log) throws Exception {
        String url = database.newUrl();
        create(url);
        assertThat(log.getAll()).doesNotContain("this application does not have");
        try (ConfigurableApplicationContext lacking = start(url, WithoutCheck.class)) {
            String report = "completed steps that this application does not have: [check]";
            assertThat(log.getAll())
                    .contains("Unfinished instances of workflow \"order\" have " + report
                            + ". They wait. Keep the method");
            assertThat(lacking.getBean(JdbcClient.class)
                            .sql("select name from workflow_step where declared")
                            .query(String.class)
                            .list())
                    .containsExactlyInAnyOrder("weigh", "pack [box]", "check");
            assertThat(AopUtils.isJdkDynamicProxy(lacking.getBean(Weighing.class)))
                    .isTrue();
            WorkflowInstance<String> instance = binding(lacking).get("one");
            instance.sendEvent("go", "");
            awaitPostponed(lacking);
            makeDue(lacking);
            awaitPostponed(lacking);
            assertThat(instance.status().status()).isEqualTo(Status.WAITING);
            assertThat(log.getAll())
                    .containsOnlyOnce(
                            "instance=one has " + report + ". It waits for a node that has them. Keep the method")
                    .doesNotContain("a lambda of without check");

            try (ConfigurableApplicationContext having = start(url, Complete.class)) {
                // whichever of them claims it
                Awaitility.await().atMost(ScriptedWorkflow.LONG_ENOUGH).until(() -> {
                    makeDue(having);
                    return instance.status().status() == Status.COMPLETE;
                });
                assertThat(instance.status().output()).isEqualTo("complete");
            }
        }
    }

    @OnEveryDatabase
    void theyGoOnAllTheSameWithoutTheReplayCheck(TestDatabase database, CapturedOutput log) throws Exception {
        String url = database.newUrl();
        create(url);
        try (ConfigurableApplicationContext lacking = start(url, WithoutCheck.class, "workflows.replay-check=off")) {
            WorkflowInstance<String> instance = binding(lacking).get("one");
            instance.sendEvent("go", "");

            assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo("without check");
            assertThat(log.getAll()).doesNotContain("this application does not have");
        }
    }

    /** An instance that has come to wait. */
    private static void create(String url) {
        try (ConfigurableApplicationContext application = start(url, Complete.class)) {
            WorkflowInstance<String> instance = binding(application)
                    .create(CreateOptions.<@Nullable Void>of(null).withId("one"));
            Awaitility.await().until(() -> instance.status().status() == Status.WAITING);
        }
    }

    /** Due in more than half a minute, and not at the end of its wait, which is in a day. */
    private static void awaitPostponed(ApplicationContext application) {
        Awaitility.await()
                .until(() -> application
                                .getBean(JdbcClient.class)
                                .sql("""
                                        select count(*) from workflow_instance
                                        where owner is null and due_at > current_timestamp + interval '30' second
                                          and due_at < current_timestamp + interval '1' hour""")
                                .query(Long.class)
                                .single()
                        == 1);
    }

    private static void makeDue(ApplicationContext application) {
        application
                .getBean(JdbcClient.class)
                .sql("update workflow_instance set due_at = current_timestamp where due_at is not null")
                .update();
    }

    private static ConfigurableApplicationContext start(String url, Class<?> workflow, String... properties) {
        return TestApplication.on(url, workflow)
                .with("workflows.worker.poll-interval=100ms", "spring.aop.proxy-target-class=false")
                .with(properties)
                .start();
    }

    @SuppressWarnings("unchecked")
    private static WorkflowBinding<@Nullable Void, String> binding(ApplicationContext application) {
        return application.getBean("ORDER", WorkflowBinding.class);
    }
}
