package dev.workflows.engine;

import dev.workflows.CatchUp;
import dev.workflows.Overlap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is said in one place about a workflow's schedules; null where that place says nothing.
 *
 * @param crons empty for none at all
 */
public record ScheduleSettings(
        @Nullable List<String> crons,
        @Nullable String zone,
        @Nullable CatchUp catchUp,
        @Nullable Overlap overlap) {

    public static final ScheduleSettings UNSET = new ScheduleSettings(null, null, null, null);

    /** These, and what they leave open as the others say. */
    ScheduleSettings orElse(ScheduleSettings others) {
        return new ScheduleSettings(
                crons != null ? crons : others.crons,
                zone != null ? zone : others.zone,
                catchUp != null ? catchUp : others.catchUp,
                overlap != null ? overlap : others.overlap);
    }
}
