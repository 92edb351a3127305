package dev.workflows.demo;

/** What an instance of the report workflow is created with. */
record ReportParams(String reportId) {}
