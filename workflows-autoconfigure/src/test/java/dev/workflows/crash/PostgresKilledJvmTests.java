package dev.workflows.crash;

class PostgresKilledJvmTests extends KilledJvmContract {

    PostgresKilledJvmTests() {
        super(CrashDatabase.POSTGRESQL);
    }
}
