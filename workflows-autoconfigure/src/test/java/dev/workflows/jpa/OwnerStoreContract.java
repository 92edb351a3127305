package dev.workflows.jpa;

import static org.assertj.core.api.Assertions.assertThat;

import dev.workflows.store.Checkpoint;
import dev.workflows.store.Claim;
import dev.workflows.store.Ending;
import dev.workflows.store.EventWait;
import dev.workflows.store.Wake;
import dev.workflows.store.WorkflowStore;
import dev.workflows.store.Written;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Only who owns an instance may write on its behalf. */
abstract class OwnerStoreContract extends WorkflowStoreContract {

    /** Every write that carries a claim, and how it says that it changed nothing. */
    enum Write {
        APPEND(Written.STALE) {
            @Override
            Object to(WorkflowStore store, Claim claim) {
                return store.append(claim, completed("late"));
            }
        },
        SLEEP(Written.STALE) {
            @Override
            Object to(WorkflowStore store, Claim claim) {
                return store.sleep(claim, WorkflowStoreContract.SLEEP, NOW, MINUTE, true);
            }
        },
        SLEEP_IN_A_BRANCH(Written.STALE) {
            @Override
            Object to(WorkflowStore store, Claim claim) {
                return store.sleep(claim, WorkflowStoreContract.SLEEP, NOW, MINUTE, false);
            }
        },
        RECEIVE(Written.STALE) {
            @Override
            Object to(WorkflowStore store, Claim claim) {
                return store.receive(claim, WAIT, new EventWait("approval", MINUTE, NOW), true)
                        .written();
            }
        },
        SUSPEND(false) {
            @Override
            Object to(WorkflowStore store, Claim claim) {
                return store.suspend(claim, Wake.after(MINUTE));
            }
        },
        POSTPONE(false) {
            @Override
            Object to(WorkflowStore store, Claim claim) {
                return store.postpone(claim, MINUTE);
            }
        },
        ATTEMPT_FAILED(false) {
            @Override
            Object to(WorkflowStore store, Claim claim) {
                return store.attemptFailed(claim, failed(1));
            }
        },
        RETRY_LATER(false) {
            @Override
            Object to(WorkflowStore store, Claim claim) {
                return store.retryLater(claim, failed(1), MINUTE, true);
            }
        },
        STEP_FAILED(Written.STALE) {
            @Override
            Object to(WorkflowStore store, Claim claim) {
                return store.stepFailed(claim, failed(1), Checkpoint.failed(failed(1)));
            }
        },
        COMPLETE(false) {
            @Override
            Object to(WorkflowStore store, Claim claim) {
                return store.end(claim, Ending.complete("\"late\"", false), MINUTE);
            }
        },
        ERROR(false) {
            @Override
            Object to(WorkflowStore store, Claim claim) {
                return store.end(claim, Ending.errored(failed(1).failure()), MINUTE);
            }
        },
        START_CHILD(Written.STALE) {
            @Override
            Object to(WorkflowStore store, Claim claim) {
                return startChild(store, claim, "child-of-" + claim.id()).written();
            }
        },
        AWAIT_CHILD(Written.STALE) {
            @Override
            Object to(WorkflowStore store, Claim claim) {
                startChild(store, claim, "child-of-" + claim.id());
                return awaitChild(store, claim, "child-of-" + claim.id()).written();
            }
        },
        RELEASE(false) {
            @Override
            Object to(WorkflowStore store, Claim claim) {
                return store.release(claim, true);
            }
        };

        final Object refused;

        Write(Object refused) {
            this.refused = refused;
        }

        abstract Object to(WorkflowStore store, Claim claim);
    }

    @ParameterizedTest
    @EnumSource(Write.class)
    void writesOfTheOwnerAreStored(Write write) {
        Claim claim = createdAndClaimed("first");
        Map<String, List<Map<String, Object>>> before = tables();

        assertThat(write.to(store, claim)).isNotEqualTo(write.refused);

        assertThat(tables()).isNotEqualTo(before);
    }

    @ParameterizedTest
    @EnumSource(Write.class)
    void writesOfAFormerOwnerChangeNothingWhileTheInstanceIsQueued(Write write) {
        Claim stale = createdAndClaimed("first");
        store.leave("first");

        assertRefused(write, stale);
    }

    @ParameterizedTest
    @EnumSource(Write.class)
    void writesOfAFormerOwnerChangeNothingWhileAnotherNodeRunsTheInstance(Write write) {
        Claim stale = createdAndClaimed("first");
        store.leave("first");
        claim("second");

        assertRefused(write, stale);
    }

    @ParameterizedTest
    @EnumSource(Write.class)
    void writesOfAnEarlierClaimOfTheSameNodeChangeNothing(Write write) {
        Claim stale = createdAndClaimed("first");
        store.release(stale, false);
        claim("first");

        assertRefused(write, stale);
    }

    @ParameterizedTest
    @EnumSource(Write.class)
    void writesChangeNothingOnceTheInstanceHasEnded(Write write) {
        Claim claim = createdAndClaimed("first");
        store.end(claim, Ending.complete("\"done\"", false), MINUTE);

        assertRefused(write, claim);
    }

    @ParameterizedTest
    @EnumSource(Write.class)
    void writesChangeNothingWhileTheInstanceWaits(Write write) {
        Claim claim = createdAndClaimed("first");
        store.suspend(claim, Wake.after(MINUTE));

        assertRefused(write, claim);
    }

    @ParameterizedTest
    @EnumSource(Write.class)
    void writesToAnInstanceThatIsGoneChangeNothing(Write write) {
        Claim claim = createdAndClaimed("first");
        store.end(claim, Ending.complete("\"done\"", false), RUN_OUT);
        assertThat(store.purge(10)).isEqualTo(1);

        assertRefused(write, claim);
    }

    private void assertRefused(Write write, Claim stale) {
        Map<String, List<Map<String, Object>>> before = tables();

        assertThat(write.to(store, stale)).isEqualTo(write.refused);

        assertThat(tables()).isEqualTo(before);
    }
}
