/** Measures the library beside what its database can do at most, in the same run. */
@NullMarked
package dev.workflows.benchmarks;

import org.jspecify.annotations.NullMarked;
