package dev.workflows.jpa;

import dev.workflows.test.TestDatabase;
import org.junit.jupiter.api.Nested;

class PostgresWorkflowStoreTests {

    interface OnPostgres extends OnDatabase {

        @Override
        default TestDatabase database() {
            return TestDatabase.POSTGRESQL;
        }
    }

    @Nested
    class Append extends AppendStoreContract implements OnPostgres {}

    @Nested
    class Child extends ChildStoreContract implements OnPostgres {}

    @Nested
    class Claim extends ClaimStoreContract implements OnPostgres {}

    @Nested
    class Deadline extends DeadlineStoreContract implements OnPostgres {}

    @Nested
    class Instance extends InstanceStoreContract implements OnPostgres {}

    @Nested
    class Lease extends LeaseStoreContract implements OnPostgres {}

    @Nested
    class Owner extends OwnerStoreContract implements OnPostgres {}
}
