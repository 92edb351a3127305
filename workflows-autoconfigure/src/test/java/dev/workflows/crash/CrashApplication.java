package dev.workflows.crash;

import static org.awaitility.Awaitility.await;

import dev.workflows.CreateOptions;
import dev.workflows.WorkflowBinding;
import dev.workflows.test.TestApplication;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The main class of the JVMs that are killed: starts a node, creates the instances that it is told to create, and from then
 * on only looks.
 */
final class CrashApplication {

    private static final String FINISHED = "select count(*) > 0 and count(*) = count(ended_at) from workflow_instance";
    private static final String RETRY_WAIT = """
            select count(*) from workflow_attempt a join workflow_instance i on i.pk = a.instance_pk
            where i.id = ? and i.status = 'waiting' and a.attempt = 2 and a.next_at is not null""";
    private static final String SLEEP = """
            select count(*) from workflow_step s join workflow_instance i on i.pk = s.instance_pk
            where i.id = ? and i.status = 'waiting' and s.kind = 'sleep'""";
    private static final String WAIT_FOR_CHILD =
            "select count(*) from workflow_instance where id = ? and status = 'waiting'";

    private CrashApplication() {}

    /** @param arguments the database's URL, the directory, then {@code key=value} properties */
    public static void main(String[] arguments) {
        Signals signals = new Signals(Path.of(arguments[1]));
        ConfigurableApplicationContext context =
                start(arguments[0], signals.directory(), Arrays.copyOfRange(arguments, 2, arguments.length));
        for (String instance : context.getEnvironment().getProperty("crash.create", String[].class, new String[0])) {
            create(context, instance);
            signals.raise("created-" + instance);
        }
        JdbcClient jdbc = context.getBean(JdbcClient.class);
        for (String parent :
                context.getEnvironment().getProperty("crash.create-parent-of", String[].class, new String[0])) {
            binding(context, "PARENT_OF_ORDERS").create(CreateOptions.of(parent).withId("parent-of-" + parent));
            look(signals, jdbc, WAIT_FOR_CHILD, "parent-of-" + parent);
        }
        look(signals, jdbc, RETRY_WAIT, CrashPoint.INSIDE_RETRY_WAIT.instance());
        look(signals, jdbc, SLEEP, CrashPoint.INSIDE_SLEEP.instance());
        String node = context.getEnvironment().getRequiredProperty("crash.node");
        daemon(() -> new Commands(signals, node).obey(context));
        daemon(() -> {
            awaitForever(() -> jdbc.sql(FINISHED).query(Boolean.class).single());
            signals.raise("finished-" + node);
        });
    }

    static ConfigurableApplicationContext start(String url, Path directory, String... properties) {
        return TestApplication.on(
                        url,
                        Crash.class,
                        OrderWorkflow.class,
                        ParentOfOrders.class,
                        JourneyWorkflow.class,
                        MarathonWorkflow.class)
                .with("crash.directory=" + directory)
                .with(properties)
                .start();
    }

    static void create(ConfigurableApplicationContext context, String instance) {
        binding(context).create(CreateOptions.of("order").withId(instance));
    }

    /** Of the workflow that is killed at a {@link CrashPoint}. */
    static WorkflowBinding<String, String> binding(ConfigurableApplicationContext context) {
        return binding(context, "ORDER");
    }

    @SuppressWarnings("unchecked") // all that is killed is created with a text, and returns one
    static WorkflowBinding<String, String> binding(ConfigurableApplicationContext context, String name) {
        return context.getBean(name, WorkflowBinding.class);
    }

    private static void look(Signals signals, JdbcClient jdbc, String query, String instance) {
        daemon(() -> {
            awaitForever(
                    () -> jdbc.sql(query).param(instance).query(Integer.class).single() == 1);
            signals.raise(instance);
        });
    }

    static void awaitForever(Callable<Boolean> condition) {
        // a database that closes before this thread ends is none of its business
        await().forever().ignoreExceptions().pollInterval(Duration.ofMillis(50)).until(condition);
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work);
        thread.setDaemon(true);
        thread.start();
    }

    static List<String> instances(CrashPoint... points) {
        return Arrays.stream(points).map(CrashPoint::instance).toList();
    }
}
