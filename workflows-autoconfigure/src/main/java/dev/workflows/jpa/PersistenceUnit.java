package dev.workflows.jpa;

import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.springframework.data.jpa.repository.support.JpaRepositoryFactory;
import org.springframework.orm.jpa.EntityManagerHolder;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.orm.jpa.SharedEntityManagerCreator;
import org.springframework.orm.jpa.persistenceunit.PersistenceManagedTypes;
import org.springframework.orm.jpa.vendor.HibernateJpaVendorAdapter;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * A persistence unit of our own, named "workflows". It is an object and not a bean, so that the application's entities,
 * repositories, {@code ddl-auto}, naming strategy and {@code EntityManagerFactory} are as if it were not there.
 */
final class PersistenceUnit implements AutoCloseable {

    private final LocalContainerEntityManagerFactoryBean factory = new LocalContainerEntityManagerFactoryBean();
    private final EntityManagerFactory entityManagerFactory;
    private final EntityManager entityManager;
    private final JpaRepositoryFactory repositories;

    PersistenceUnit(DataSource dataSource) {
        factory.setPersistenceUnitName("workflows");
        factory.setDataSource(new JoiningDataSource(dataSource));
        factory.setManagedTypes(PersistenceManagedTypes.of(
                InstanceEntity.class.getName(),
                StepEntity.class.getName(),
                AttemptEntity.class.getName(),
                EventEntity.class.getName(),
                LabelEntity.class.getName(),
                NodeEntity.class.getName(),
                ScheduleEntity.class.getName(),
                ScheduleEntity.Id.class.getName(),
                FailureColumns.class.getName(),
                StepId.class.getName(),
                AttemptEntity.Id.class.getName(),
                LabelEntity.Id.class.getName()));
        // none: left unset, the application's META-INF/orm.xml would apply to this unit too
        factory.setMappingResources();
        factory.setJpaVendorAdapter(new HibernateJpaVendorAdapter());
        factory.setJpaPropertyMap(Map.of(
                "hibernate.hbm2ddl.auto", "none",
                // the transaction is begun and ended on the DataSource, by whoever it belongs to
                "hibernate.connection.provider_disables_autocommit", "true"));
        factory.afterPropertiesSet();
        this.entityManagerFactory = Objects.requireNonNull(factory.getObject());
        this.entityManager = SharedEntityManagerCreator.createSharedEntityManager(entityManagerFactory);
        this.repositories = new JpaRepositoryFactory(entityManager);
        // not the thread's, which may be another one, as with DevTools: these interfaces are package-private
        repositories.setBeanClassLoader(PersistenceUnit.class.getClassLoader());
    }

    /** Runs with an entity manager for the transaction that is active on this thread. */
    <T> T inTransaction(Supplier<T> work) {
        try (EntityManager session = entityManagerFactory.createEntityManager()) {
            session.getTransaction().begin();
            EntityManagerHolder holder = new EntityManagerHolder(session);
            // or Spring would clear the session after a rollback, when it is closed
            holder.setSynchronizedWithTransaction(true);
            TransactionSynchronizationManager.bindResource(entityManagerFactory, holder);
            try {
                T result = work.get();
                session.getTransaction().commit();
                return result;
            } finally {
                TransactionSynchronizationManager.unbindResource(entityManagerFactory);
                if (session.getTransaction().isActive()) {
                    session.getTransaction().rollback();
                }
            }
        }
    }

    /** The entity manager of {@link #inTransaction}; outside of it, a new one for each read. */
    EntityManager entityManager() {
        return entityManager;
    }

    <T> T repository(Class<T> type) {
        return repositories.getRepository(type);
    }

    @Override
    public void close() {
        factory.destroy();
    }
}
