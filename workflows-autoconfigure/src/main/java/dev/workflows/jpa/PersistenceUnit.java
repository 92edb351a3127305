package dev.workflows.jpa;

import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import java.util.Map;
import javax.sql.DataSource;
import org.springframework.data.jpa.repository.support.JpaRepositoryFactory;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.orm.jpa.SharedEntityManagerCreator;
import org.springframework.orm.jpa.persistenceunit.PersistenceManagedTypes;
import org.springframework.orm.jpa.vendor.HibernateJpaVendorAdapter;

/**
 * A persistence unit of our own, named "workflows". It is an object and not a bean, so that the application's entities,
 * repositories, {@code ddl-auto}, naming strategy and {@code EntityManagerFactory} are as if it were not there.
 */
final class PersistenceUnit implements AutoCloseable {

    private final LocalContainerEntityManagerFactoryBean factory = new LocalContainerEntityManagerFactoryBean();
    private final EntityManager entityManager;
    private final JpaRepositoryFactory repositories;

    PersistenceUnit(DataSource dataSource) {
        factory.setPersistenceUnitName("workflows");
        factory.setDataSource(new TransactionAwareDataSourceProxy(dataSource));
        factory.setManagedTypes(PersistenceManagedTypes.of(
                InstanceEntity.class.getName(),
                StepEntity.class.getName(),
                AttemptEntity.class.getName(),
                NodeEntity.class.getName(),
                FailureColumns.class.getName(),
                StepId.class.getName(),
                AttemptEntity.Id.class.getName()));
        factory.setJpaVendorAdapter(new HibernateJpaVendorAdapter());
        factory.setJpaPropertyMap(Map.of(
                "hibernate.hbm2ddl.auto", "none",
                // the transaction is begun and ended on the DataSource, by whoever it belongs to
                "hibernate.allow_update_outside_transaction", "true"));
        factory.afterPropertiesSet();
        EntityManagerFactory built = factory.getObject();
        if (built == null) {
            throw new IllegalStateException("The persistence unit \"workflows\" was not built");
        }
        this.entityManager = SharedEntityManagerCreator.createSharedEntityManager(built);
        this.repositories = new JpaRepositoryFactory(entityManager);
    }

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
