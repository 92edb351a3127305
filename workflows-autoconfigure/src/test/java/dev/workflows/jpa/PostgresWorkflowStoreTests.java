package dev.workflows.jpa;

import dev.workflows.test.TestDatabase;

class PostgresWorkflowStoreTests extends WorkflowStoreContract {

    @Override
    TestDatabase database() {
        return TestDatabase.POSTGRESQL;
    }
}
