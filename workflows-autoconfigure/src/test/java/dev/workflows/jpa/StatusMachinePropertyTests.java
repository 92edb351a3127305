package dev.workflows.jpa;

import com.zaxxer.hikari.HikariDataSource;
import dev.workflows.test.TestDatabase;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterContainer;

/** Whatever is done to instances, and in whatever order: the store says the same of them as {@link InstanceModel}. */
class StatusMachinePropertyTests {

    private static final int INSTANCES = 2;
    private static final AtomicInteger WORKFLOWS = new AtomicInteger();
    private static final Map<TestDatabase, HikariDataSource> POOLS = new EnumMap<>(TestDatabase.class);
    private static final Map<TestDatabase, JpaWorkflowStore> STORES = new EnumMap<>(TestDatabase.class);

    @AfterContainer
    static void close() {
        STORES.values().forEach(JpaWorkflowStore::close);
        POOLS.values().forEach(HikariDataSource::close);
    }

    private static JpaWorkflowStore store(TestDatabase database) {
        return STORES.computeIfAbsent(database, it -> {
            HikariDataSource pool = TestDatabase.pool(it.newUrl());
            POOLS.put(it, pool);
            if (it == TestDatabase.POSTGRESQL) {
                // nothing here is about what a crash leaves
                pool.setConnectionInitSql("set synchronous_commit = off");
            }
            WorkflowSchema.prepare(pool, SchemaMode.MIGRATE);
            return new JpaWorkflowStore(pool, false);
        });
    }

    @Property(tries = 100)
    void theStoreAgreesWithTheModelAfterEveryOperationOnH2(@ForAll("operations") List<Operation> operations) {
        perform(TestDatabase.H2, operations);
    }

    @Property(tries = 100)
    void theStoreAgreesWithTheModelAfterEveryOperationOnPostgres(@ForAll("operations") List<Operation> operations) {
        perform(TestDatabase.POSTGRESQL, operations);
    }

    private static void perform(TestDatabase database, List<Operation> operations) {
        String workflow = "workflow-" + WORKFLOWS.incrementAndGet();
        StatusMachine machine = new StatusMachine(store(database), workflow, INSTANCES);
        operations.forEach(machine::perform);
        machine.claimAll();
    }

    /** What makes others possible comes more often. */
    @Provide
    Arbitrary<List<Operation>> operations() {
        Arbitrary<Operation.Kind> kinds = Arbitraries.frequencyOf(
                Tuple.of(2, Arbitraries.just(Operation.Kind.CLAIM_ALL)),
                Tuple.of(1, Arbitraries.just(Operation.Kind.RESUME)),
                Tuple.of(8, Arbitraries.of(Operation.Kind.class)));
        Arbitrary<Boolean> late =
                Arbitraries.frequencyOf(Tuple.of(9, Arbitraries.just(false)), Tuple.of(1, Arbitraries.just(true)));
        return Combinators.combine(
                        kinds,
                        Arbitraries.integers().between(0, INSTANCES - 1),
                        Arbitraries.integers().between(0, 7),
                        late)
                .as(Operation::new)
                .withoutEdgeCases()
                .list()
                .ofMinSize(1)
                .ofMaxSize(30)
                .withSizeDistribution(RandomDistribution.uniform());
    }
}
