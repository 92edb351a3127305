package dev.workflows.autoconfigure;

import dev.workflows.WorkflowsDataSource;
import dev.workflows.engine.StepAdvisor;
import dev.workflows.engine.WorkflowBeans;
import dev.workflows.engine.WorkflowEngine;
import dev.workflows.jpa.JpaWorkflowStore;
import dev.workflows.jpa.WorkflowSchema;
import dev.workflows.store.WorkflowStore;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.jdbc.metadata.DataSourcePoolMetadataProvider;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Role;
import org.springframework.core.env.Environment;

/**
 * Auto-configuration of the engine and its store. Its beans are of this library's own types alone, so that none of Boot's
 * or the application's backs off before them.
 */
@AutoConfiguration(
        afterName = {
            "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration",
            "org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration",
            "org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration"
        })
@ConditionalOnBooleanProperty(name = "workflows.enabled", matchIfMissing = true)
@EnableConfigurationProperties(WorkflowsProperties.class)
public class WorkflowsAutoConfiguration {

    /** Before any bean is made, so what is configured is read from the environment. */
    @Bean
    static WorkflowBeans workflowBeans(Environment environment) {
        WorkflowsProperties properties = Binder.get(environment).bindOrCreate("workflows", WorkflowsProperties.class);
        return new WorkflowBeans(properties.definitionSettings(), properties.limitSettings());
    }

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static StepAdvisor workflowStepAdvisor() {
        return new StepAdvisor();
    }

    /** After the application's own migrations: theirs may expect an empty schema, ours do not. */
    @Bean
    @DependsOnDatabaseInitialization
    @ConditionalOnMissingBean
    WorkflowStore workflowStore(
            @WorkflowsDataSource ObjectProvider<DataSource> marked,
            ObjectProvider<DataSource> any,
            ObjectProvider<DataSourcePoolMetadataProvider> pools,
            WorkflowsProperties properties) {
        DataSource dataSource = DataSourceChoice.choose(marked, any);
        WorkflowSchema.prepare(dataSource, properties.schema().mode());
        return new JpaWorkflowStore(dataSource, properties.worker().listen() && PoolRoom.isIn(dataSource, pools));
    }

    @Bean
    @Lazy(false)
    WorkflowEngine workflowEngine(
            WorkflowStore store,
            WorkflowsProperties properties,
            WorkflowBeans workflows,
            ConfigurableListableBeanFactory beans) {
        return new WorkflowEngine(
                store,
                properties.settings(),
                workflows,
                PayloadCodecChoice.choose(beans, properties.encryption()),
                beans);
    }
}
