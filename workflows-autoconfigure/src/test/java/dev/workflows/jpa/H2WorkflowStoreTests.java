package dev.workflows.jpa;

import dev.workflows.test.TestDatabase;

class H2WorkflowStoreTests extends WorkflowStoreContract {

    @Override
    TestDatabase database() {
        return TestDatabase.H2;
    }
}
