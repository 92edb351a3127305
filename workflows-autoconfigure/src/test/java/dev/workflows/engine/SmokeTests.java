package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.workflows.Backoff;
import dev.workflows.Step;
import dev.workflows.StepContext;
import dev.workflows.Workflow;
import dev.workflows.WorkflowBinding;
import dev.workflows.WorkflowEntrypoint;
import dev.workflows.WorkflowEvent;
import dev.workflows.WorkflowStep;
import dev.workflows.test.TestApplication;
import dev.workflows.test.TestDatabase;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.core.ResolvableType;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.annotation.Transactional;

class SmokeTests {
    record P(String id) {}

    record R(String id, int total, List<String> log) {}

    @Workflow
    static class SmokeWorkflow implements WorkflowEntrypoint<P, R> {
        final JdbcClient jdbc;
        int calls;

        SmokeWorkflow(JdbcClient jdbc) {
            this.jdbc = jdbc;
        }

        @Override
        public R run(WorkflowEvent<P> event, WorkflowStep step) {
            int a = flaky();
            step.sleep("nap", "200");
            ledger(event.instanceId());
            return new R(event.payload().id(), a, List.of("x"));
        }

        @Step(name = "flaky", retries = 5, delay = "100", backoff = Backoff.CONSTANT)
        int flaky() {
            calls++;
            if (StepContext.current().attempt() < 3)
                throw new IllegalStateException("no " + StepContext.current().idempotencyKey());
            return 42;
        }

        @Step
        @Transactional
        void ledger(String id) {
            jdbc.sql("insert into ledger(id) values (?)").param(id).update();
        }
    }

    @ParameterizedTest
    @EnumSource(TestDatabase.class)
    void works(TestDatabase database) throws Exception {
        String url = database.newUrl();
        try (var pool = TestDatabase.pool(url)) {
            JdbcClient.create(pool).sql("create table ledger (id varchar(100))").update();
        }
        try (var context = TestApplication.on(url, SmokeWorkflow.class).start()) {
            @SuppressWarnings("unchecked")
            WorkflowBinding<P, R> binding = (WorkflowBinding<P, R>) context.getBeanProvider(
                            ResolvableType.forClassWithGenerics(WorkflowBinding.class, P.class, R.class))
                    .getObject();
            var instance = binding.create(new P("a"));
            R r = instance.await(Duration.ofSeconds(20));
            assertThat(r.total()).isEqualTo(42);
            assertThat(context.getBean(JdbcClient.class)
                            .sql("select count(*) from ledger")
                            .query(Integer.class)
                            .single())
                    .isEqualTo(1);
        }
    }
}
