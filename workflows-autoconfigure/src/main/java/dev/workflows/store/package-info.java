/** The seam between the engine and the database: {@link dev.workflows.store.WorkflowStore} and the records it speaks in. */
@NullMarked
package dev.workflows.store;

import org.jspecify.annotations.NullMarked;
