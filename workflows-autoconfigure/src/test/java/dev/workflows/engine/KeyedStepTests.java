package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.workflows.InstanceFailedException;
import dev.workflows.RestartFrom;
import dev.workflows.Step;
import dev.workflows.StepCallable;
import dev.workflows.StepContext;
import dev.workflows.StepOptions;
import dev.workflows.Workflow;
import dev.workflows.WorkflowBinding;
import dev.workflows.WorkflowEntrypoint;
import dev.workflows.WorkflowEvent;
import dev.workflows.WorkflowInstance;
import dev.workflows.WorkflowStep;
import dev.workflows.test.OnEveryDatabase;
import dev.workflows.test.SharedApplication;
import dev.workflows.test.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Steps whose calls are told apart by their arguments. */
class KeyedStepTests {

    @RegisterExtension
    static final SharedApplication APPLICATION = SharedApplication.of(Charges.class);

    record Order(int id, String customer) {}

    enum Way {
        SHUFFLED,
        IN_BRANCHES,
        TWICE_IN_BRANCHES,
        TWICE,
        LAMBDA,
        NULL,
        WITHOUT_TEXT
    }

    @Workflow
    static class Charges implements WorkflowEntrypoint<Way, List<String>> {

        private final List<Order> orders =
                new ArrayList<>(List.of(new Order(41, "ada"), new Order(42, "bob"), new Order(43, "eve")));

        final List<String> bodies = new CopyOnWriteArrayList<>();

        @Override
        public List<String> run(WorkflowEvent<Way> event, WorkflowStep step) throws Exception {
            List<String> charged = new ArrayList<>();
            switch (event.payload()) {
                case SHUFFLED -> {
                    // another order at every pass, which must not matter
                    Collections.rotate(orders, 1);
                    for (Order order : orders) {
                        charged.add(order.id() + ": " + charge(order));
                    }
                    step.sleep("a replay", Duration.ofMillis(10));
                }
                case IN_BRANCHES -> {
                    Collections.rotate(orders, 1);
                    charged.addAll(step.all(orders.stream()
                            .map(order -> (StepCallable<String>) () -> order.id() + ": " + charge(order))
                            .toList()));
                    step.sleep("a replay", Duration.ofMillis(10));
                }
                case TWICE_IN_BRANCHES ->
                    charged.addAll(step.all(() -> charge(orders.get(0)), () -> charge(orders.get(0))));
                case TWICE -> {
                    charged.add(charge(orders.get(0)));
                    charged.add(charge(orders.get(0)));
                }
                case LAMBDA -> {
                    Collections.rotate(orders, 1);
                    for (Order order : orders) {
                        charged.add(order.id() + ": "
                                + step.call(
                                        "charge by lambda",
                                        String.class,
                                        StepOptions.defaults().withKey(order.id()),
                                        () -> enter(order)));
                    }
                    step.sleep("a replay", Duration.ofMillis(10));
                }
                case NULL -> charged.add(named(null));
                case WITHOUT_TEXT -> charged.add(anything(new Object()));
            }
            Collections.sort(charged);
            return charged;
        }

        @Step(key = "#order.id", retries = 0)
        String charge(Order order) {
            return enter(order);
        }

        @Step(key = "#name", retries = 0)
        String named(String name) {
            return name;
        }

        @Step(key = "#a0", retries = 0)
        String anything(Object thing) {
            return "";
        }

        private String enter(Order order) {
            bodies.add(StepContext.current().stepName());
            return order.customer();
        }
    }

    private static WorkflowBinding<Way, List<String>> binding(TestDatabase database) {
        @SuppressWarnings("unchecked")
        WorkflowBinding<Way, List<String>> binding =
                (WorkflowBinding<Way, List<String>>) APPLICATION.on(database).getBean("CHARGES");
        return binding;
    }

    private static List<String> run(TestDatabase database, Way way) throws InterruptedException {
        Charges charges = APPLICATION.on(database).getBean(Charges.class);
        charges.bodies.clear();
        List<String> output = binding(database).create(way).await(ScriptedWorkflow.LONG_ENOUGH);
        assertThat(charges.bodies).doesNotHaveDuplicates();
        return output;
    }

    @OnEveryDatabase
    void aKeyStandsInForTheOrderOfTheCalls(TestDatabase database) throws Exception {
        assertThat(run(database, Way.SHUFFLED)).containsExactly("41: ada", "42: bob", "43: eve");
        assertThat(run(database, Way.LAMBDA)).containsExactly("41: ada", "42: bob", "43: eve");
        assertThat(APPLICATION.on(database).getBean(Charges.class).bodies)
                .containsExactlyInAnyOrder("charge by lambda [41]", "charge by lambda [42]", "charge by lambda [43]");
    }

    @OnEveryDatabase
    void aKeyStandsInForTheBranchOfTheCall(TestDatabase database) throws Exception {
        assertThat(run(database, Way.IN_BRANCHES)).containsExactly("41: ada", "42: bob", "43: eve");
        assertThat(APPLICATION.on(database).getBean(Charges.class).bodies)
                .containsExactlyInAnyOrder("charge [41]", "charge [42]", "charge [43]");
    }

    @OnEveryDatabase
    void theSameKeyAgainIsAnotherOccurrence(TestDatabase database) throws Exception {
        WorkflowInstance<List<String>> instance = binding(database).create(Way.TWICE);

        assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).hasSize(2);
        instance.restart(RestartFrom.step("charge [%d]"
                        .formatted(APPLICATION
                                .on(database)
                                .getBean(Charges.class)
                                .orders
                                .get(0)
                                .id()))
                .occurrence(2));
        assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            TWICE_IN_BRANCHES | which run at the same time: their calls need different keys
            NULL              | The key of step "named", "#name", is null, so its calls could not be told apart
            WITHOUT_TEXT      | is a java.lang.Object, whose text is another in every process
            """)
    void aKeyThatTellsNothingApartIsAnError(Way way, String message) {
        assertThatThrownBy(() -> run(TestDatabase.H2, way))
                .isInstanceOf(InstanceFailedException.class)
                .hasMessageContaining(message);
    }

    @Test
    void onlyBranchesOfOneForkRunAtTheSameTime() {
        assertThat(SharedKeys.mayOverlap("", "1.1")).isFalse();
        assertThat(SharedKeys.mayOverlap("1.1", "1.1")).isFalse();
        assertThat(SharedKeys.mayOverlap("1.1", "1.2")).isTrue();
        assertThat(SharedKeys.mayOverlap("1.1", "2.2")).isFalse();
        assertThat(SharedKeys.mayOverlap("1.1/1.1", "1.2")).isTrue();
        assertThat(SharedKeys.mayOverlap("1.1/1.1", "1.1")).isFalse();
        assertThat(SharedKeys.mayOverlap("1.1/1.1", "1.1/2.2")).isFalse();
        assertThat(SharedKeys.mayOverlap("1.1/1.1", "1.1/1.2")).isTrue();
    }
}
