package dev.workflows.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.workflows.Status;
import dev.workflows.WorkflowBinding;
import dev.workflows.WorkflowInstance;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.awaitility.Awaitility;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.util.ClassUtils;

/** Instances run by a test, and what they have done. */
final class Instances {

    private static final Duration SOON = Duration.ofSeconds(30);

    /** What the bodies of steps write down. */
    static final class Journal {

        private final Queue<String> lines = new ConcurrentLinkedQueue<>();

        void write(String line) {
            lines.add(line);
        }

        List<String> lines() {
            return List.copyOf(lines);
        }
    }

    private Instances() {}

    @SuppressWarnings("unchecked") // the test knows its workflow
    static <P, R> WorkflowBinding<P, R> binding(BeanFactory beans, String name) {
        return (WorkflowBinding<P, R>) beans.getBean(name, WorkflowBinding.class);
    }

    /** Runs an instance of the workflow whose binding has its default name, and expects it to complete. */
    static <R> R run(BeanFactory beans, Class<?> workflow) {
        return run(beans, workflow, "params");
    }

    static <R> R run(BeanFactory beans, Class<?> workflow, Object params) {
        String binding = ClassUtils.getShortName(workflow)
                .replaceAll(".*\\.", "")
                .replaceAll("(?<=[a-z])(?=[A-Z])", "_")
                .toUpperCase(Locale.ROOT);
        WorkflowInstance<R> instance =
                Instances.<Object, R>binding(beans, binding).create(params);
        return complete(instance);
    }

    static <R> R complete(WorkflowInstance<R> instance) {
        Awaitility.await().atMost(SOON).until(() -> instance.status().status().isEnded());
        assertThat(instance.status().error()).isNull();
        assertThat(instance.status().status()).isEqualTo(Status.COMPLETE);
        return instance.status().output();
    }

    /** The error with which an instance ends. */
    static String error(WorkflowInstance<?> instance) {
        Awaitility.await().atMost(SOON).until(() -> instance.status().status().isEnded());
        assertThat(instance.status().status()).isEqualTo(Status.ERRORED);
        return instance.status().error().message();
    }

    /** The names of the steps that the only instance has stored. */
    static List<String> stored(BeanFactory beans) {
        return beans.getBean(JdbcClient.class)
                .sql("select name from workflow_step where kind = 'step' order by name, occurrence")
                .query(String.class)
                .list();
    }
}
