package dev.workflows.crash;

class PostgresKilledWaitTests extends KilledWaitContract {

    PostgresKilledWaitTests() {
        super(CrashDatabase.POSTGRESQL);
    }
}
