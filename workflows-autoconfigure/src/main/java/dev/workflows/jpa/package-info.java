/** The store on JPA: entities, repositories and migrations. The only package that knows JPA or SQL. */
@NullMarked
package dev.workflows.jpa;

import org.jspecify.annotations.NullMarked;
