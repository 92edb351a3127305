package dev.workflows.engine;

import dev.workflows.Retention;
import java.util.Map;

/**
 * All that is configured.
 *
 * @param defaults for steps, where neither their annotation nor their workflow's settings say anything
 * @param workflows by declared name
 */
public record EngineSettings(
        WorkerSettings worker,
        StepSettings defaults,
        Retention retention,
        PayloadLimits limits,
        ReplayCheck replayCheck,
        Map<String, WorkflowSettings> workflows) {}
