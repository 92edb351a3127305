/**
 * Runs instances. In the order in which data flows: bindings create them, the dispatcher claims them, the instance runner
 * enters {@code run}, the step runner answers from a checkpoint or makes one.
 */
@NullMarked
package dev.workflows.engine;

import org.jspecify.annotations.NullMarked;
