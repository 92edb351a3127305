/** The report workflow, from the request that creates an instance to the object in the bucket. */
@NullMarked
package dev.workflows.demo;

import org.jspecify.annotations.NullMarked;
