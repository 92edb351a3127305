package dev.workflows.crash;

class H2KilledWaitTests extends KilledWaitContract {

    H2KilledWaitTests() {
        super(CrashDatabase.H2_FILE);
    }
}
