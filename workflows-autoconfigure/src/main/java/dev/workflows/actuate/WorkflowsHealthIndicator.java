package dev.workflows.actuate;

import dev.workflows.DurationText;
import dev.workflows.engine.NodeState;
import dev.workflows.engine.WorkflowEngine;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.core.NestedExceptionUtils;

/**
 * Whether this node can do its work. What runs instances is judged by its lease, which its heartbeat keeps up: so the answer
 * is there at once, however long the database hangs. Any other node is judged by whether the database answers.
 *
 * <p>Without its database a node is DOWN, as the application's own {@code db} then is, and not OUT_OF_SERVICE: nobody has
 * taken it out.
 */
final class WorkflowsHealthIndicator extends AbstractHealthIndicator implements HealthIndicator {

    private final WorkflowEngine engine;
    private final DatabaseAnswer database;

    WorkflowsHealthIndicator(WorkflowEngine engine, DatabaseAnswer database) {
        super("The health of the workflows could not be told");
        this.engine = engine;
        this.database = database;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) throws InterruptedException {
        Optional<NodeState> node = engine.nodeState();
        builder.withDetail("runsInstances", node.isPresent());
        if (node.isPresent()) {
            judge(node.get(), builder);
        } else if (engine.isWorker()) {
            builder.outOfService().withDetail("reason", "This node has not started to run instances, or has stopped");
        } else {
            judgeDatabase(builder);
        }
    }

    private static void judge(NodeState node, Health.Builder builder) {
        builder.withDetail("node", node.node())
                .withDetail("running", node.running())
                .withDetail("lease", DurationText.shortly(node.lease()))
                .withDetail(
                        "leaseRenewed",
                        DurationText.shortly(node.sinceRenewal().truncatedTo(ChronoUnit.MILLIS)) + " ago");
        if (node.trouble() == null && !node.isExpired()) {
            builder.up();
            return;
        }
        builder.down()
                .withDetail("since", Instant.now().minus(node.sinceRenewal()).truncatedTo(ChronoUnit.MILLIS))
                .withDetail("reason", node.trouble() == null ? "The database does not answer" : reason(node.trouble()))
                .withDetail("meaning", meaning(node));
    }

    private static String meaning(NodeState node) {
        return node.isExpired()
                ? "The lease has run out: this node enters no further step, and nodes that reach the database take over what it"
                        + " ran. It goes on by itself when the database answers"
                : "The lease has not run out: what runs goes on, and what steps have done is kept until the database answers";
    }

    /** What is at the bottom of it says which server did not answer, or which pool was empty. */
    private static String reason(Throwable trouble) {
        Throwable cause = NestedExceptionUtils.getMostSpecificCause(trouble);
        return cause == trouble ? trouble.toString() : trouble + ": " + cause;
    }

    private void judgeDatabase(Health.Builder builder) throws InterruptedException {
        Optional<Throwable> problem = database.problem();
        if (problem.isEmpty()) {
            builder.up();
        } else {
            builder.down()
                    .withDetail("reason", reason(problem.get()))
                    .withDetail("meaning", "Instances can be neither created nor looked at until the database answers");
        }
    }
}
