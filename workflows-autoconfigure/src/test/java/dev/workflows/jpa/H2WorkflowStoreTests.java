package dev.workflows.jpa;

import dev.workflows.test.TestDatabase;
import org.junit.jupiter.api.Nested;

class H2WorkflowStoreTests {

    interface OnH2 extends OnDatabase {

        @Override
        default TestDatabase database() {
            return TestDatabase.H2;
        }
    }

    @Nested
    class Append extends AppendStoreContract implements OnH2 {}

    @Nested
    class Child extends ChildStoreContract implements OnH2 {}

    @Nested
    class Claim extends ClaimStoreContract implements OnH2 {}

    @Nested
    class Deadline extends DeadlineStoreContract implements OnH2 {}

    @Nested
    class Instance extends InstanceStoreContract implements OnH2 {}

    @Nested
    class Lease extends LeaseStoreContract implements OnH2 {}

    @Nested
    class Owner extends OwnerStoreContract implements OnH2 {}
}
