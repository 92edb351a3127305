package dev.workflows.demo;

import java.math.BigDecimal;

/** What an instance of the report workflow returns, and what the bucket holds. */
record Report(String reportId, BigDecimal total) {}
