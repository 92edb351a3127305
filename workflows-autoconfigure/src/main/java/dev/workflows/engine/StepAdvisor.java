package dev.workflows.engine;

import dev.workflows.Step;
import dev.workflows.Workflow;
import java.lang.reflect.Method;
import java.util.Arrays;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.ClassFilter;
import org.springframework.aop.Pointcut;
import org.springframework.aop.ProxyMethodInvocation;
import org.springframework.aop.support.AbstractPointcutAdvisor;
import org.springframework.aop.support.AopUtils;
import org.springframework.aop.support.ComposablePointcut;
import org.springframework.aop.support.StaticMethodMatcherPointcut;
import org.springframework.aop.support.annotation.AnnotationMatchingPointcut;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.transaction.annotation.AnnotationTransactionAttributeSource;
import org.springframework.transaction.interceptor.TransactionAttributeSource;

/**
 * Intercepts {@link Step} methods of beans that are not workflows; those are enhanced. Outermost, so that every attempt
 * passes through whatever else surrounds the method. A transactional step of a workflow that is called through the
 * bean's proxy is intercepted here too, since inside the proxy the transaction would have begun before the step.
 */
public final class StepAdvisor extends AbstractPointcutAdvisor {

    private static final ClassFilter NO_WORKFLOWS = type -> !AnnotatedElementUtils.hasAnnotation(type, Workflow.class);

    private final transient Pointcut pointcut = new ComposablePointcut(NO_WORKFLOWS)
            .union((Pointcut) new TransactionalMethods())
            .intersection((Pointcut) new AnnotationMatchingPointcut(null, Step.class, true));

    private final transient MethodInterceptor advice = StepAdvisor::intercept;

    public StepAdvisor() {
        setOrder(Ordered.HIGHEST_PRECEDENCE + 100);
    }

    @Override
    public Pointcut getPointcut() {
        return pointcut;
    }

    @Override
    public MethodInterceptor getAdvice() {
        return advice;
    }

    private static final class TransactionalMethods extends StaticMethodMatcherPointcut {

        private final TransactionAttributeSource transactions = new AnnotationTransactionAttributeSource(false);

        @Override
        public boolean matches(Method method, Class<?> type) {
            return transactions.hasTransactionAttribute(method, type);
        }
    }

    private static @Nullable Object intercept(MethodInvocation invocation) throws Throwable {
        Object target = invocation.getThis();
        Class<?> type = target == null ? invocation.getMethod().getDeclaringClass() : AopUtils.getTargetClass(target);
        // an invocation proceeds once, and there may be several attempts
        ProxyMethodInvocation proxied = (ProxyMethodInvocation) invocation;
        return Pass.callStep(new StepCall(
                AopUtils.getMostSpecificMethod(invocation.getMethod(), type),
                type,
                target == null ? proxied.getProxy() : target,
                Arrays.asList(invocation.getArguments()),
                false,
                () -> proxied.invocableClone().proceed()));
    }
}
