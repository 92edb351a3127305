package dev.workflows.engine;

import java.lang.reflect.Method;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What applies to each step in each workflow, worked out at its first call. */
final class StepSpecs {

    private record Call(String workflow, Method method, Class<?> type) {}

    private final StepParser parser = new StepParser();
    private final StepSettings defaults;
    private final DeclaredSteps declared;
    private final Map<Call, StepSpec> known = new ConcurrentHashMap<>();

    StepSpecs(StepSettings defaults, DeclaredSteps declared) {
        this.defaults = defaults;
        this.declared = declared;
    }

    /** A step that is given as a lambda. */
    StepSpec lambda(WorkflowDefinition workflow, StepDeclaration lambda) {
        return workflow.spec(lambda, defaults);
    }

    StepSpec rollback(WorkflowDefinition workflow, RollbackDeclaration rollback) {
        return workflow.rollbackSpec(rollback.step(), defaults);
    }

    StepSpec find(WorkflowDefinition workflow, Method method, Class<?> type) {
        Call call = new Call(workflow.name(), method, type);
        StepSpec spec = known.get(call);
        return spec != null
                ? spec
                : known.computeIfAbsent(call, first -> {
                    StepDeclaration step = parser.parse(method, type);
                    return workflow.spec(step, defaults).withDeclared(declared.contain(workflow, step.name()));
                });
    }
}
