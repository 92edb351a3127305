package dev.workflows.crash;

class H2KilledJvmTests extends KilledJvmContract {

    H2KilledJvmTests() {
        super(CrashDatabase.H2_FILE);
    }
}
