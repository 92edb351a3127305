package dev.workflows.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.workflows.Step;
import dev.workflows.Workflow;
import dev.workflows.WorkflowBinding;
import dev.workflows.WorkflowEntrypoint;
import dev.workflows.WorkflowEvent;
import dev.workflows.WorkflowStep;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.annotation.Transactional;

/** Workflows that could not work as they are written: the application does not start, and says what to do. */
class WorkflowRefusalTests {

    abstract static class Runs implements WorkflowEntrypoint<String, String> {
        @Override
        public String run(WorkflowEvent<String> event, WorkflowStep step) {
            return "done";
        }
    }

    @Workflow
    static final class FinalWorkflow extends Runs {
        @Step
        void load() {}
    }

    @Test
    void refusesAFinalClassWithSteps() {
        assertThat(refusal(FinalWorkflow.class))
                .contains("Workflow \"final-workflow\"", "is a final class: its steps cannot be intercepted")
                .contains("Action: Remove \"final\" from the class, or move its steps to another bean.");
    }

    @Workflow(concurrency = -1)
    static class LessThanNone extends Runs {}

    @Test
    void refusesLimitsThatAreOutOfBounds() {
        assertThat(refusal(LessThanNone.class))
                .contains(
                        "The limits of workflow \"less-than-none\" are out of bounds: concurrency must be 0 or more, not -1")
                .contains("Action: Correct them in its @Workflow.");
    }

    @Workflow
    static final class FinalWithoutSteps extends Runs {}

    @Test
    void acceptsAFinalClassWithoutSteps() {
        StartUp.withoutDatabase(FinalWithoutSteps.class)
                .run(context -> assertThat(context).hasBean("FINAL_WITHOUT_STEPS"));
    }

    @Workflow
    static class StepsOfItsOwn extends Runs {
        @Step
        void load() {}
    }

    @Configuration(proxyBeanMethods = false)
    static class MakesStepsOfItsOwn {
        @Bean
        StepsOfItsOwn made() {
            return new StepsOfItsOwn();
        }
    }

    @Test
    void refusesAWorkflowWithStepsThatABeanMethodMakes() {
        assertThat(refusal(MakesStepsOfItsOwn.class))
                .contains("Workflow \"steps-of-its-own\"", "is made by a @Bean method", "has steps of its own")
                .contains("Action: Let component scan or @Import find the class, or move its steps to another bean.");
    }

    @Workflow(deadline = "soon")
    static class EndsSoon extends Runs {}

    @Workflow(deadline = "0 seconds")
    static class EndsBeforeItBegins extends Runs {}

    @Test
    void refusesADeadlineThatNoInstanceCouldHave() {
        assertThat(refusal(EndsSoon.class))
                .contains("The deadline of workflow \"ends-soon\" cannot be used", "\"soon\"")
                .contains("Action: Correct @Workflow(deadline), or workflows.definitions.ends-soon.deadline.");
        assertThat(refusal(EndsBeforeItBegins.class))
                .contains("The deadline of workflow \"ends-before-it-begins\" cannot be used", "must be longer than 0");
    }

    @Workflow(name = "order", aliases = "purchase")
    static class Order extends Runs {}

    @Workflow(name = "purchase")
    static class Purchase extends Runs {}

    @Workflow(name = "deal", aliases = "purchase")
    static class Deal extends Runs {}

    @Workflow(name = "itself", aliases = "itself")
    static class Itself extends Runs {}

    @Workflow(aliases = "no name")
    static class MalformedAlias extends Runs {}

    @Test
    void refusesAnAliasThatAnotherWorkflowHas() {
        for (Class<?>[] both : new Class<?>[][] {{Order.class, Purchase.class}, {Purchase.class, Order.class}}) {
            assertThat(refusal(both))
                    .contains("The alias \"purchase\" of workflow \"order\" (" + Order.class.getName()
                            + ") is also a name or alias of workflow \"purchase\" (" + Purchase.class.getName() + ")")
                    .contains("Action: Remove it from the aliases of one of them.");
        }
        assertThat(refusal(Order.class, Deal.class)).contains("The alias \"purchase\" of workflow \"deal\"");
        assertThat(refusal(Itself.class)).contains("The alias \"itself\" of workflow \"itself\"", "its own");
        assertThat(refusal(MalformedAlias.class)).contains("The workflow name \"no name\"", "is malformed");
    }

    @Workflow(version = "a version that is much too long to be told from another in a list, let alone typed")
    static class LongVersion extends Runs {}

    @Workflow(version = "1\n")
    static class BrokenVersion extends Runs {}

    @Test
    void refusesAMalformedVersion() {
        assertThat(refusal(LongVersion.class))
                .contains("The version of workflow \"long-version\" is malformed")
                .contains("Action: Use at most 64 characters");
        assertThat(refusal(BrokenVersion.class)).contains("The version of workflow \"broken-version\" is malformed");
    }

    @Workflow(name = "same")
    static class First extends Runs {}

    @Workflow(name = "same")
    static class Second extends Runs {}

    @Test
    void refusesTwoWorkflowsOfOneName() {
        assertThat(refusal(First.class, Second.class))
                .contains("Two workflows are named \"same\"", First.class.getName(), Second.class.getName())
                .contains("Action: Give one of them another name in its @Workflow");
    }

    @Workflow
    static class TwoStepsOfOneName extends Runs {
        @Step(name = "load it")
        void load() {}

        @Step(name = "load it")
        void loadAgain() {}
    }

    @Workflow
    static class Overloaded extends Runs {
        @Step
        void load() {}

        @Step
        void load(String what) {}
    }

    @Test
    void refusesTwoStepsOfOneName() {
        assertThat(refusal(TwoStepsOfOneName.class))
                .contains("Workflow \"two-steps-of-one-name\" has two steps named \"load it\"")
                .contains("Action: Give one of them another name in its @Step.");
        assertThat(refusal(Overloaded.class)).contains("has two steps named \"load\"");
    }

    @Workflow
    static class TransactionalRun implements WorkflowEntrypoint<String, String> {
        @Override
        @Transactional
        public String run(WorkflowEvent<String> event, WorkflowStep step) {
            return "done";
        }
    }

    @Workflow
    @Transactional
    static class TransactionalClass extends Runs {
        @Override
        public String run(WorkflowEvent<String> event, WorkflowStep step) {
            return "done";
        }
    }

    @Transactional
    abstract static class TransactionalAbove extends Runs {}

    @Workflow
    static class InheritsTransactional extends TransactionalAbove {
        @Override
        public String run(WorkflowEvent<String> event, WorkflowStep step) {
            return "done";
        }
    }

    @Test
    void refusesATransactionalRun() {
        for (Class<?> type : new Class<?>[] {TransactionalRun.class, TransactionalClass.class}) {
            assertThat(refusal(type))
                    .contains("The run method of workflow", type.getName(), "is transactional")
                    .contains("Action: Remove @Transactional from run and from the class");
        }
    }

    @Test
    void refusesARunThatIsTransactionalByASuperclass() {
        assertThat(refusal(InheritsTransactional.class)).contains("is transactional");
    }

    @Workflow
    static class NoEntrypoint {
        @Step
        void load() {}
    }

    @Test
    void refusesAWorkflowWithNothingToEnter() {
        assertThat(refusal(NoEntrypoint.class))
                .contains("Workflow \"no-entrypoint\"", "does not implement WorkflowEntrypoint")
                .contains("Action: Let the class implement WorkflowEntrypoint<P, R>.");
    }

    @Workflow(name = "has spaces")
    static class Malformed extends Runs {}

    @Test
    void refusesAMalformedName() {
        assertThat(refusal(Malformed.class))
                .contains("The workflow name \"has spaces\"", Malformed.class.getName(), "is malformed")
                .contains("Action: Use 1 to 64 letters, digits, \"_\" and \"-\", not starting with \"-\".");
    }

    @Workflow
    static class Clash extends Runs {}

    @Configuration(proxyBeanMethods = false)
    static class HasABeanOfThatName {
        @Bean("CLASH")
        String clash() {
            return "taken";
        }
    }

    @Test
    void refusesABindingWithTheNameOfAnotherBean() {
        assertThat(refusal(HasABeanOfThatName.class, Clash.class))
                .contains("The binding \"CLASH\" of workflow \"clash\"", "has the name of another bean")
                .contains(
                        "Action: Give the binding another name in @Workflow, or with workflows.definitions.*.binding.");
    }

    @Workflow(binding = "BOTH")
    static class OneOfBoth extends Runs {}

    @Workflow(binding = "BOTH")
    static class OtherOfBoth extends Runs {}

    @Test
    void refusesTwoBindingsOfOneName() {
        assertThat(refusal(OneOfBoth.class, OtherOfBoth.class)).contains("The binding \"BOTH\"");
    }

    @Test
    void anotherBindingInTheConfigurationResolvesTheClash() {
        StartUp.withoutDatabase(HasABeanOfThatName.class, Clash.class)
                .withPropertyValues("workflows.definitions.clash.binding=OTHER")
                .run(context -> assertThat(context.getBean("OTHER")).isInstanceOf(WorkflowBinding.class));
    }

    private static String refusal(Class<?>... types) {
        String[] explanation = {""};
        StartUp.withoutDatabase(types).run(context -> {
            assertThat(context).hasFailed();
            explanation[0] = StartUp.explanation(context.getStartupFailure());
        });
        return explanation[0];
    }
}
