package dev.workflows.engine;

import dev.workflows.PayloadContext;
import dev.workflows.Sensitive;
import dev.workflows.WaitOptions;
import dev.workflows.store.Claim;
import dev.workflows.store.StepKey;
import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;

/**
 * Which payload, as what and of whom.
 *
 * @param what for messages: {@code the result of step "x"}
 * @param type as which it is written and read
 * @param sensitive whether no message may quote it
 */
record PayloadSpec(String what, Type type, PayloadContext context, boolean sensitive) {

    /** What an instance is to be created with. */
    static PayloadSpec newParams(WorkflowDefinition workflow, String instanceId) {
        return newParams(workflow, instanceId, "");
    }

    /** @param where added to the messages, if there are several */
    static PayloadSpec newParams(WorkflowDefinition workflow, String instanceId, String where) {
        return new PayloadSpec(
                "the params of workflow \"%s\"%s".formatted(workflow.name(), where),
                workflow.paramsType(),
                new PayloadContext(workflow.name(), instanceId),
                workflow.sensitive().contains(Sensitive.PARAMS));
    }

    static PayloadSpec params(WorkflowDefinition workflow, Claim claim) {
        return new PayloadSpec(
                "the params of instance \"%s\"".formatted(claim.id()),
                workflow.paramsType(),
                of(claim),
                workflow.sensitive().contains(Sensitive.PARAMS));
    }

    static PayloadSpec output(WorkflowDefinition workflow, PayloadContext instance) {
        return new PayloadSpec(
                "the output of instance \"%s\"".formatted(instance.instanceId()),
                workflow.outputType(),
                instance,
                workflow.sensitive().contains(Sensitive.OUTPUT));
    }

    static PayloadSpec result(StepSpec step, StepKey key, Claim claim) {
        return new PayloadSpec(
                "the result of step \"%s\"".formatted(key), step.returnType(), of(claim), step.sensitive());
    }

    static PayloadSpec value(StepKey key, Claim claim) {
        return new PayloadSpec("the value \"%s\"".formatted(key), String.class, of(claim), false);
    }

    /** An event that is to be sent; its type is what receivers may ask for. */
    static PayloadSpec newEvent(WorkflowDefinition workflow, String instanceId, String type, @Nullable Object payload) {
        return new PayloadSpec(
                "the payload of event \"%s\"".formatted(type),
                payload == null ? Object.class : PayloadMapper.writtenAs(payload.getClass()),
                new PayloadContext(workflow.name(), instanceId),
                workflow.sensitive().contains(Sensitive.EVENTS));
    }

    static PayloadSpec event(WorkflowDefinition workflow, WaitOptions<?> options, StepKey key, Claim claim) {
        return new PayloadSpec(
                "the payload of the event that wait \"%s\" received".formatted(key),
                options.payloadType(),
                of(claim),
                workflow.sensitive().contains(Sensitive.EVENTS));
    }

    /** What was sensitive when it was stored stays so, whatever the code says by now. */
    PayloadSpec sensitiveIf(boolean marked) {
        return new PayloadSpec(what, type, context, sensitive || marked);
    }

    static PayloadContext of(Claim claim) {
        return new PayloadContext(claim.workflow(), claim.id());
    }
}
