package dev.workflows.engine;

import java.lang.reflect.Type;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.interceptor.TransactionAttribute;

/**
 * A {@link dev.workflows.Step} method as it is written.
 *
 * @param where the class and method, for people
 * @param returnType with its type arguments
 * @param transaction null unless the method's database writes are to commit with its checkpoint, or it only reads
 */
record StepDeclaration(
        String name,
        String where,
        Type returnType,
        StepSettings settings,
        List<Class<? extends Throwable>> noRetryFor,
        boolean sensitive,
        @Nullable TransactionAttribute transaction) {}
