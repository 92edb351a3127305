/**
 * What an application imports: {@link dev.workflows.Workflow}, {@link dev.workflows.Step},
 * {@link dev.workflows.WorkflowBinding} and the types around them.
 */
@NullMarked
package dev.workflows;

import org.jspecify.annotations.NullMarked;
