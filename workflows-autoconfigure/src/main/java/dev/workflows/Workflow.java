package dev.workflows;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.stereotype.Component;

/**
 * Marks a {@link WorkflowEntrypoint} as a workflow. It is a stereotype: the class becomes a Spring bean, and a
 * {@link WorkflowBinding} bean, named like its {@link #binding()}, creates and finds its instances.
 *
 * <p>The class must be open for subclassing: it must not be final, and its {@link Step} methods must not be private,
 * static or final. {@code run} must not be transactional. The application does not start otherwise.
 */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Component
public @interface Workflow {

    /**
     * The workflow's name, under which its instances are stored: keep it when the class is renamed. By default the
     * class name in kebab-case, {@code ReportWorkflow} becoming {@code report-workflow}. At most 64 characters:
     * letters, digits, {@code -} and {@code _}, not starting with {@code -}.
     */
    String name() default "";

    /**
     * The name of the {@link WorkflowBinding} bean. By default the workflow's name in UPPER_SNAKE_CASE.
     */
    String binding() default "";
}
