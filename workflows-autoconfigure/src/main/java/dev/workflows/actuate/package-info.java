/** What Spring Boot Actuator shows of a node, where it is there; nothing else knows this package. */
@NullMarked
package dev.workflows.actuate;

import org.jspecify.annotations.NullMarked;
