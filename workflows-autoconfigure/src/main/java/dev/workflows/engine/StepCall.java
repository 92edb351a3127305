package dev.workflows.engine;

import java.lang.reflect.Method;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A call of a step's method.
 *
 * @param type the class of the bean
 * @param target the bean
 * @param onThis whether {@code run} called it on its own bean, so that nothing else surrounds the method
 * @param body the method itself, with whatever else surrounds it
 */
record StepCall(
        Method method, Class<?> type, Object target, List<@Nullable Object> arguments, boolean onThis, StepBody body) {}
