package dev.workflows.engine;

import java.lang.reflect.Method;
import java.util.Arrays;
import org.springframework.cglib.core.Predicate;
import org.springframework.cglib.proxy.Callback;
import org.springframework.cglib.proxy.CallbackFilter;
import org.springframework.cglib.proxy.Enhancer;
import org.springframework.cglib.proxy.MethodInterceptor;
import org.springframework.cglib.proxy.NoOp;
import org.springframework.util.ClassUtils;

/**
 * Makes the subclass of a workflow class whose {@link dev.workflows.Step} methods are intercepted even when called on
 * {@code this}, as Spring does with {@code @Configuration} classes. Constructors, fields and injection stay as they are.
 */
final class StepEnhancer {

    private static final Callback[] CALLBACKS = {
        (MethodInterceptor) (self, method, arguments, superclass) -> Pass.callStep(new StepCall(
                method,
                ClassUtils.getUserClass(self),
                self,
                Arrays.asList(arguments),
                true,
                () -> superclass.invokeSuper(self, arguments))),
        NoOp.INSTANCE
    };

    private final StepParser parser = new StepParser();

    Class<?> enhance(Class<?> type) {
        Enhancer enhancer = new Enhancer();
        enhancer.setSuperclass(type);
        enhancer.setUseFactory(false);
        enhancer.setNamingPolicy(StepEnhancer::name);
        enhancer.setAttemptLoad(true);
        enhancer.setCallbackFilter(new StepsOnly(parser));
        enhancer.setCallbackTypes(new Class<?>[] {MethodInterceptor.class, NoOp.class});
        Class<?> enhanced = enhancer.createClass();
        // the callback keeps no state, so every application context can share the class
        Enhancer.registerStaticCallbacks(enhanced, CALLBACKS);
        return enhanced;
    }

    /**
     * Not with Spring's own label: its proxies of the same class bear that, and where they are made for another class
     * loader than the class has, as with DevTools, the names would clash.
     */
    private static String name(String prefix, String source, Object key, Predicate names) {
        String name = prefix + ClassUtils.CGLIB_CLASS_SEPARATOR + "Workflow";
        int number = 0;
        while (names.evaluate(name + number)) {
            number++;
        }
        return name + number;
    }

    /** Equal to its like, so that the generated class is found again. */
    private record StepsOnly(StepParser parser) implements CallbackFilter {

        @Override
        public int accept(Method method) {
            return parser.isStep(method) ? 0 : 1;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof StepsOnly;
        }

        @Override
        public int hashCode() {
            return StepsOnly.class.hashCode();
        }
    }
}
