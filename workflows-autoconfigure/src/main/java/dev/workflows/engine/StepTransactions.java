package dev.workflows.engine;

import dev.workflows.store.WorkflowStore;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.annotation.BeanFactoryAnnotationUtils;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionManager;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.annotation.TransactionManagementConfigurer;
import org.springframework.transaction.interceptor.TransactionAttribute;
import org.springframework.util.StringUtils;

/** The transactions of {@code @Transactional} steps, with the manager that the annotation means. */
final class StepTransactions {

    private final BeanFactory beans;
    private final WorkflowStore store;

    StepTransactions(BeanFactory beans, WorkflowStore store) {
        this.beans = beans;
        this.store = store;
    }

    /** A transaction on this thread, to be executed or rolled back. */
    record Begun(PlatformTransactionManager manager, TransactionStatus status) {

        /** Whatever is thrown rolls it back: a failed attempt leaves nothing behind. */
        @Nullable
        Object execute(StepBody body) throws Throwable {
            Object result;
            try {
                result = body.call();
            } catch (Throwable thrown) {
                try {
                    rollBack();
                } catch (RuntimeException e) {
                    thrown.addSuppressed(e);
                }
                throw thrown;
            }
            manager.commit(status);
            return result;
        }

        void rollBack() {
            manager.rollback(status);
        }
    }

    /** Begins a new transaction. */
    Begun begin(TransactionAttribute attribute) {
        PlatformTransactionManager manager = manager(attribute);
        return new Begun(manager, manager.getTransaction(attribute));
    }

    /** Runs in a new transaction. */
    @Nullable
    Object execute(TransactionAttribute attribute, StepBody body) throws Throwable {
        return begin(attribute).execute(body);
    }

    /** To be called within: the checkpoint can only commit with what the store's own database takes part in. */
    void requireShared(String step) {
        if (!store.isInTransaction()) {
            throw new UnusableTransactionException(
                    ("Step \"%s\" is transactional, but its transaction manager does not work on the DataSource that holds "
                                    + "the workflow tables, so its writes and its checkpoint could not commit together. "
                                    + "Use a transaction manager of that DataSource, or remove @Transactional from the "
                                    + "step and make it idempotent")
                            .formatted(step));
        }
    }

    private PlatformTransactionManager manager(TransactionAttribute attribute) {
        TransactionManager manager;
        try {
            manager = find(attribute.getQualifier());
        } catch (NoSuchBeanDefinitionException e) {
            throw new UnusableTransactionException(
                    "The transaction manager for a step cannot be told. Name one in @Transactional, or make one @Primary: "
                            + e.getMessage());
        }
        if (manager instanceof PlatformTransactionManager platform) {
            return platform;
        }
        throw new UnusableTransactionException(
                "The transaction manager %s cannot be used for a step: it is not a PlatformTransactionManager"
                        .formatted(manager.getClass().getName()));
    }

    private TransactionManager find(@Nullable String qualifier) {
        if (StringUtils.hasText(qualifier)) {
            return BeanFactoryAnnotationUtils.qualifiedBeanOfType(beans, TransactionManager.class, qualifier);
        }
        TransactionManagementConfigurer configurer =
                beans.getBeanProvider(TransactionManagementConfigurer.class).getIfAvailable();
        return configurer != null
                ? configurer.annotationDrivenTransactionManager()
                : beans.getBean(TransactionManager.class);
    }
}
