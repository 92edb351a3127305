package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.workflows.InstanceFailedException;
import dev.workflows.InstanceStatus.InstanceError;
import dev.workflows.Step;
import dev.workflows.StepContext;
import dev.workflows.StepFailedException;
import dev.workflows.Workflow;
import dev.workflows.WorkflowBinding;
import dev.workflows.WorkflowEntrypoint;
import dev.workflows.WorkflowEvent;
import dev.workflows.WorkflowInstance;
import dev.workflows.WorkflowStep;
import dev.workflows.test.OnEveryDatabase;
import dev.workflows.test.SharedApplication;
import dev.workflows.test.TestDatabase;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Id;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.persistence.autoconfigure.EntityScan;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Steps whose own writes commit with their checkpoint, or not at all. */
class TransactionalStepTests {

    @RegisterExtension
    static final SharedApplication APPLICATION = SharedApplication.of(
                    Bookings.class, BookingWorkflow.class, BookingService.class)
            .withTables("create table booking (entry varchar(100) primary key)")
            .with("spring.jpa.hibernate.ddl-auto=none");

    @EntityScan(basePackageClasses = TransactionalStepTests.class)
    static class Bookings {}

    @Entity(name = "booking")
    static class Booking {

        @Id
        private String entry = "";

        protected Booking() {}

        Booking(String entry) {
            this.entry = entry;
        }
    }

    private static final AtomicInteger ENTERED = new AtomicInteger();

    @BeforeEach
    void reset() {
        ENTERED.set(0);
    }

    @ParameterizedTest
    @CsvSource({
        "H2, jdbc",
        "H2, jpa",
        "H2, bean jdbc",
        "H2, bean jpa",
        "POSTGRESQL, jdbc",
        "POSTGRESQL, jpa",
        "POSTGRESQL, bean jdbc",
        "POSTGRESQL, bean jpa"
    })
    void whatTheStepWritesCommitsWithItsCheckpoint(TestDatabase database, String how) throws Exception {
        WorkflowInstance<String> instance = create(database, how);

        assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo("booked");
        assertThat(ENTERED).hasValue(1);
        assertThat(entries(database, instance)).containsExactly(instance.id() + " 1");
        if (database == TestDatabase.POSTGRESQL) {
            // the number of the transaction that wrote a row
            assertThat(query(database, "select xmin from booking where entry = ?", instance.id() + " 1"))
                    .isEqualTo(query(
                            database,
                            "select s.xmin from workflow_step s join workflow_instance i on i.pk = s.instance_pk"
                                    + " where i.id = ? and s.kind = 'step'",
                            instance.id()));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "H2, checked",
        "H2, unchecked",
        "H2, bean checked",
        "H2, bean unchecked",
        "POSTGRESQL, checked",
        "POSTGRESQL, unchecked",
        "POSTGRESQL, bean checked",
        "POSTGRESQL, bean unchecked"
    })
    void aFailedAttemptIsRolledBackAndItsFailureRecorded(TestDatabase database, String how) throws Exception {
        WorkflowInstance<String> instance = create(database, how);

        assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo("booked");
        assertThat(entries(database, instance)).containsExactly(instance.id() + " 3");
        String error = how.endsWith("unchecked") ? "IllegalStateException" : "IOException";
        assertThat(attempts(database, instance))
                .containsExactly("1 " + error + ": no luck", "2 " + error + ": no luck");
    }

    @OnEveryDatabase
    void aResultThatCannotBeStoredRollsBackWhatTheStepWrote(TestDatabase database) throws Exception {
        WorkflowInstance<String> instance = create(database, "unstorable");

        assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH))
                .startsWith("PayloadException: The result of step \"unstorable\" cannot be written");
        assertThat(ENTERED).hasValue(1);
        assertThat(entries(database, instance)).isEmpty();
    }

    @OnEveryDatabase
    void aCommitThatFailsIsAFailedAttempt(TestDatabase database) throws Exception {
        // JPA inserts at the commit, and only then meets the duplicate
        WorkflowInstance<String> instance = create(database, "duplicate");

        assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo("booked");
        assertThat(ENTERED).hasValue(2);
        assertThat(entries(database, instance)).containsExactly(instance.id(), instance.id() + " 2");
        assertThat(attempts(database, instance)).hasSize(1);
    }

    @OnEveryDatabase
    void aTransactionThatIsToBeRolledBackIsAFailedAttempt(TestDatabase database) throws Exception {
        WorkflowInstance<String> instance = create(database, "rollback only");

        assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo("booked");
        assertThat(ENTERED).hasValue(2);
        assertThat(entries(database, instance)).containsExactly(instance.id() + " 2");
        assertThat(attempts(database, instance)).hasSize(1).first().asString().contains("UnexpectedRollbackException");
    }

    @OnEveryDatabase
    void aStatementThatFailsIsAFailedAttemptAlsoWhenTheBodyCatchesIt(TestDatabase database) throws Exception {
        WorkflowInstance<String> instance = create(database, "caught statement");

        assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo("booked");
        // PostgreSQL refuses everything after a failed statement until its transaction is rolled back; H2 goes on
        assertThat(entries(database, instance))
                .contains(instance.id() + " " + ENTERED.get())
                .hasSize(2);
    }

    @ParameterizedTest
    @CsvSource({"H2, reading", "H2, bean reading", "POSTGRESQL, reading", "POSTGRESQL, bean reading"})
    void aStepThatOnlyReadsHasATransactionOfItsOwn(TestDatabase database, String how) throws Exception {
        WorkflowInstance<String> instance = create(database, how);

        assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo("active true, read only true");
    }

    @ParameterizedTest
    @CsvSource({
        "H2, foreign plain",
        "H2, foreign transactional",
        "POSTGRESQL, foreign plain",
        "POSTGRESQL, foreign transactional"
    })
    void aStepIsNotCalledInsideATransactionThatIsNotItsOwn(TestDatabase database, String how) throws Exception {
        InstanceError error = failure(create(database, how));

        assertThat(error.name()).isEqualTo("WorkflowException");
        assertThat(error.message())
                .startsWith("Step \"")
                .contains("was called inside a transaction that is not its own");
        assertThat(ENTERED).hasValue(0);
    }

    @OnEveryDatabase
    void theStepsOfAStepWriteInItsTransaction(TestDatabase database) throws Exception {
        WorkflowInstance<String> instance = create(database, "nested");

        assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH))
                .isEqualTo("IllegalStateException: after the inner step");
        assertThat(entries(database, instance)).isEmpty();
    }

    @OnEveryDatabase
    void outsideAnInstanceAStepIsTransactionalAsUsual(TestDatabase database) {
        BookingService service = APPLICATION.on(database).getBean(BookingService.class);
        String entry = UUID.randomUUID().toString();

        service.outside(entry, false);
        try {
            service.outside(entry + "-failed", true);
        } catch (IllegalStateException expected) {
            // rolled back
        }

        assertThat(query(database, "select entry from booking where entry like ?", entry + "%"))
                .containsExactly(entry);
    }

    private static WorkflowInstance<String> create(TestDatabase database, String how) {
        @SuppressWarnings("unchecked")
        WorkflowBinding<String, String> binding =
                APPLICATION.on(database).getBean("BOOKING_WORKFLOW", WorkflowBinding.class);
        return binding.create(how);
    }

    private static InstanceError failure(WorkflowInstance<String> instance) throws InterruptedException {
        try {
            throw new AssertionError("Complete: " + instance.await(ScriptedWorkflow.LONG_ENOUGH));
        } catch (InstanceFailedException e) {
            return Objects.requireNonNull(e.status().error());
        }
    }

    private static List<String> entries(TestDatabase database, WorkflowInstance<String> instance) {
        return query(database, "select entry from booking where entry like ? order by entry", instance.id() + "%");
    }

    private static List<String> attempts(TestDatabase database, WorkflowInstance<String> instance) {
        return query(
                database,
                "select a.attempt || ' ' || a.error_name || ': ' || a.error_message from workflow_attempt a"
                        + " join workflow_instance i on i.pk = a.instance_pk where i.id = ? order by a.attempt",
                instance.id());
    }

    private static List<String> query(TestDatabase database, String sql, String parameter) {
        return APPLICATION
                .on(database)
                .getBean(JdbcClient.class)
                .sql(sql)
                .param(parameter)
                .query((row, number) -> row.getString(1))
                .list();
    }

    static class Unstorable {}

    /** Steps of a bean that is no workflow: Spring's own proxy begins their transactions too. */
    @Component
    static class BookingService {

        private final JdbcClient jdbc;
        private final EntityManager entities;

        BookingService(JdbcClient jdbc, EntityManager entities) {
            this.jdbc = jdbc;
            this.entities = entities;
        }

        @Step(name = "bean jdbc", retries = 0)
        @Transactional
        public String viaJdbc() {
            ENTERED.incrementAndGet();
            insert(entry());
            return "booked";
        }

        @Step(name = "bean jpa", retries = 0)
        @Transactional
        public String viaJpa() {
            ENTERED.incrementAndGet();
            entities.persist(new Booking(entry()));
            return "booked";
        }

        @Step(name = "bean failing", retries = 5, delay = "0")
        @Transactional
        public String failing(Exception thrown) throws Exception {
            insert(entry());
            if (StepContext.current().attempt() < 3) {
                throw thrown;
            }
            return "booked";
        }

        @Step(name = "bean reading", retries = 0)
        @Transactional(readOnly = true)
        public String reading() {
            return describeTransaction();
        }

        @Step(name = "outside")
        @Transactional
        public void outside(String entry, boolean fail) {
            insert(entry);
            if (fail) {
                throw new IllegalStateException("no luck");
            }
        }

        void insert(String entry) {
            jdbc.sql("insert into booking (entry) values (?)").param(entry).update();
        }
    }

    private static String describeTransaction() {
        return "active " + TransactionSynchronizationManager.isActualTransactionActive() + ", read only "
                + TransactionSynchronizationManager.isCurrentTransactionReadOnly();
    }

    private static String entry() {
        StepContext context = StepContext.current();
        return context.instanceId() + " " + context.attempt();
    }

    @Workflow
    static class BookingWorkflow implements WorkflowEntrypoint<String, String> {

        private final BookingService service;
        private final EntityManager entities;
        private final JdbcClient jdbc;
        private final TransactionTemplate transaction;

        BookingWorkflow(
                BookingService service, EntityManager entities, JdbcClient jdbc, TransactionTemplate transaction) {
            this.service = service;
            this.entities = entities;
            this.jdbc = jdbc;
            this.transaction = transaction;
        }

        @Override
        public String run(WorkflowEvent<String> event, WorkflowStep step) throws Exception {
            try {
                String result = call(event.payload());
                step.sleep("pause", "5");
                return result;
            } catch (StepFailedException e) {
                return e.errorName() + ": " + e.errorMessage();
            }
        }

        private String call(String how) throws Exception {
            return switch (how) {
                case "jdbc" -> viaJdbc();
                case "jpa" -> viaJpa();
                case "bean jdbc" -> service.viaJdbc();
                case "bean jpa" -> service.viaJpa();
                case "checked" -> failing(new IOException("no luck"));
                case "unchecked" -> failing(new IllegalStateException("no luck"));
                case "bean checked" -> service.failing(new IOException("no luck"));
                case "bean unchecked" -> service.failing(new IllegalStateException("no luck"));
                case "reading" -> reading();
                case "bean reading" -> service.reading();
                case "unstorable" -> unstorable().toString();
                case "duplicate" -> duplicate();
                case "rollback only" -> rollbackOnly();
                case "caught statement" -> caughtStatement();
                case "foreign plain" -> transaction.execute(status -> plain());
                case "foreign transactional" -> transaction.execute(status -> viaJdbc());
                case "nested" -> nested();
                default -> throw new IllegalArgumentException(how);
            };
        }

        @Step(name = "jdbc", retries = 0)
        @Transactional
        String viaJdbc() {
            ENTERED.incrementAndGet();
            insert(entry());
            return "booked";
        }

        @Step(name = "jpa", retries = 0)
        @Transactional
        String viaJpa() {
            ENTERED.incrementAndGet();
            entities.persist(new Booking(entry()));
            return "booked";
        }

        @Step(name = "failing", retries = 5, delay = "0")
        @Transactional
        String failing(Exception thrown) throws Exception {
            insert(entry());
            if (StepContext.current().attempt() < 3) {
                throw thrown;
            }
            return "booked";
        }

        @Step(name = "reading", retries = 0)
        @Transactional(readOnly = true)
        String reading() {
            return describeTransaction();
        }

        @Step(name = "unstorable")
        @Transactional
        Unstorable unstorable() {
            ENTERED.incrementAndGet();
            insert(entry());
            return new Unstorable();
        }

        @Step(name = "duplicate", retries = 1, delay = "10")
        @Transactional
        String duplicate() {
            if (ENTERED.incrementAndGet() == 1) {
                String id = StepContext.current().instanceId();
                TransactionTemplate separate =
                        new TransactionTemplate(Objects.requireNonNull(transaction.getTransactionManager()));
                separate.setPropagationBehavior(TransactionTemplate.PROPAGATION_REQUIRES_NEW);
                separate.executeWithoutResult(status -> insert(id));
                entities.persist(new Booking(id));
            } else {
                insert(entry());
            }
            return "booked";
        }

        @Step(name = "rollback only", retries = 1, delay = "10")
        @Transactional
        String rollbackOnly() {
            insert(entry());
            if (ENTERED.incrementAndGet() == 1) {
                transaction.executeWithoutResult(status -> status.setRollbackOnly());
            }
            return "booked";
        }

        @Step(name = "caught statement", retries = 1, delay = "10")
        @Transactional
        String caughtStatement() {
            insert(entry());
            insert(entry() + " more");
            if (ENTERED.incrementAndGet() == 1) {
                try {
                    insert(entry());
                } catch (org.springframework.dao.DataIntegrityViolationException caught) {
                    // and go on
                }
            }
            return "booked";
        }

        @Step
        String plain() {
            ENTERED.incrementAndGet();
            return "plain";
        }

        @Step(name = "nested", retries = 0)
        @Transactional
        String nested() {
            viaJdbc();
            throw new IllegalStateException("after the inner step");
        }

        private void insert(String entry) {
            jdbc.sql("insert into booking (entry) values (?)").param(entry).update();
        }
    }
}
