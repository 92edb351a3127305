package dev.workflows.store;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** How a step's key reads. */
class StepKeyTests {

    @Test
    void aNameThatComesAgainIsShownWithItsOccurrence() {
        assertThat(new StepKey(StepKey.Kind.STEP, "charge", 1)).hasToString("charge");
        assertThat(new StepKey(StepKey.Kind.STEP, "charge", 2)).hasToString("charge-2");
    }

    @Test
    void aStepInABranchIsShownWithItsBranch() {
        assertThat(new StepKey(StepKey.Kind.STEP, "1.2", "charge", 3)).hasToString("charge-3 (branch 1.2)");
        assertThat(new StepKey(StepKey.Kind.STEP, StepKey.ANY_BRANCH, "charge [42]", 1))
                .hasToString("charge [42]");
    }
}
