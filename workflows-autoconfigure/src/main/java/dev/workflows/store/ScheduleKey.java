package dev.workflows.store;

/** What a schedule is stored under, within its workflow: written differently, it is another one. */
public record ScheduleKey(String cron, String zone) {}
