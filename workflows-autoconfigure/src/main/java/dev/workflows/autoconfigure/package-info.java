/** Puts the engine together in an application context, from what {@code application.yml} says. */
@NullMarked
package dev.workflows.autoconfigure;

import org.jspecify.annotations.NullMarked;
