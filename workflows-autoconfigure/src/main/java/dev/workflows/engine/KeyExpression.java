package dev.workflows.engine;

import dev.workflows.WorkflowException;
import java.lang.reflect.Method;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.context.expression.MethodBasedEvaluationContext;
import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.core.ParameterNameDiscoverer;
import org.springframework.expression.EvaluationException;
import org.springframework.expression.Expression;
import org.springframework.expression.ParseException;
import org.springframework.expression.spel.standard.SpelExpressionParser;
import org.springframework.util.ReflectionUtils;

/** What a step's key is made from: an expression over the arguments of its method. */
record KeyExpression(Expression expression) {

    private static final ParameterNameDiscoverer NAMES = new DefaultParameterNameDiscoverer();

    /** What the expression sees as {@code #root}. */
    record Root(Object target, String methodName, List<@Nullable Object> args) {}

    /** @throws ParseException if the text is no expression */
    static KeyExpression parse(String text) {
        return new KeyExpression(new SpelExpressionParser().parseExpression(text));
    }

    /** The key's text. */
    String of(StepSpec spec, StepCall call) {
        Object[] arguments = call.arguments().toArray();
        Root root = new Root(call.target(), call.method().getName(), call.arguments());
        MethodBasedEvaluationContext context = new MethodBasedEvaluationContext(root, call.method(), arguments, NAMES);
        Object value;
        try {
            value = expression.getValue(context);
        } catch (EvaluationException e) {
            throw new WorkflowException(
                    "The key of step \"%s\", \"%s\", cannot be evaluated: %s"
                            .formatted(spec.name(), expression.getExpressionString(), e.getMessage()),
                    e);
        }
        return text(spec.name(), expression.getExpressionString(), value);
    }

    /** @param source what the value comes from */
    static String text(String step, String source, @Nullable Object value) {
        if (value == null) {
            throw new WorkflowException(
                    ("The key of step \"%s\", \"%s\", is null, so its calls could not be told apart. If it names a "
                                    + "parameter, the class must be compiled with -parameters")
                            .formatted(step, source));
        }
        Method toString = ReflectionUtils.findMethod(value.getClass(), "toString");
        if (value.getClass().isArray() || toString != null && toString.getDeclaringClass() == Object.class) {
            throw new WorkflowException(
                    ("The key of step \"%s\", \"%s\", is a %s, whose text is another in every process. Use a string, a "
                                    + "number, an enum or a UUID")
                            .formatted(step, source, value.getClass().getName()));
        }
        return value.toString();
    }
}
