package dev.workflows.jpa;

import dev.workflows.test.TestDatabase;

/** Says which database a contract is to be kept on. */
interface OnDatabase {

    TestDatabase database();
}
