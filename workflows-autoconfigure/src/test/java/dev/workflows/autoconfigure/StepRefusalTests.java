package dev.workflows.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.workflows.Step;
import dev.workflows.Workflow;
import dev.workflows.WorkflowEntrypoint;
import dev.workflows.WorkflowEvent;
import dev.workflows.WorkflowStep;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.annotation.Import;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** Steps that could not work as they are written: the application does not start, and says what to do. */
class StepRefusalTests {

    abstract static class Runs implements WorkflowEntrypoint<String, String> {
        @Override
        public String run(WorkflowEvent<String> event, WorkflowStep step) {
            return "done";
        }
    }

    @Workflow
    static class PrivateStep extends Runs {
        @Step(name = "load it")
        private void load() {}
    }

    @Workflow
    static class StaticStep extends Runs {
        @Step
        static void load() {}
    }

    @Workflow
    static class FinalStep extends Runs {
        @Step
        final void load() {}
    }

    static class PrivateStepAbove extends Runs {
        @Step
        private void load() {}
    }

    @Workflow
    static class PrivateStepInSuperclass extends PrivateStepAbove {}

    static class OtherBean {
        @Step
        private void load() {}
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                PrivateStep.class,
                StaticStep.class,
                FinalStep.class,
                PrivateStepInSuperclass.class,
                OtherBean.class
            })
    void refusesStepsWhoseCallsCannotBeIntercepted(Class<?> type) {
        String word = type == StaticStep.class ? "static" : type == FinalStep.class ? "final" : "private";
        assertThat(refusal(type))
                .contains("(%s.load) is %s: its calls cannot be intercepted".formatted(type.getSimpleName(), word))
                .contains(type == PrivateStep.class ? "Step \"load it\"" : "Step \"load\"")
                .contains(
                        "Action: Make the method package-private, protected or public, and neither static nor final.");
    }

    static final String TOO_LONG = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
            + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
            + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
            + "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx-";

    @Workflow
    static class LongName extends Runs {
        @Step(name = TOO_LONG)
        void load() {}
    }

    @Workflow
    static class ControlCharacter extends Runs {
        @Step(name = "load\tit")
        void load() {}
    }

    @Test
    void refusesANameThatIsTooLong() {
        assertThat(refusal(LongName.class))
                .contains("The name of step LongName.load has 257 characters: it must have 1 to 256")
                .contains("Action: Give the step another name.");
    }

    @Test
    void refusesANameWithAControlCharacter() {
        assertThat(refusal(ControlCharacter.class))
                .contains("The name of step ControlCharacter.load contains a control character");
    }

    @Workflow
    static class OddNames extends Runs {
        @Step(name = "")
        void emptyMeansTheMethodsName() {}

        @Step(name = "naïve 🚀 step: a/b.c[0]")
        void emoji() {}
    }

    @Test
    void acceptsAnyOtherName() {
        StartUp.withoutDatabase(OddNames.class)
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Workflow
    static class UnreadableDelay extends Runs {
        @Step(delay = "soon")
        void load() {}
    }

    @Workflow
    static class UnreadableTimeout extends Runs {
        @Step(timeout = "10 lightyears")
        void load() {}
    }

    @Workflow
    static class UnreadableMaxDelay extends Runs {
        @Step(maxDelay = "-5 seconds")
        void load() {}
    }

    @Test
    void refusesDurationsThatItCannotRead() {
        assertThat(refusal(UnreadableDelay.class))
                .contains(
                        "Step \"load\" (UnreadableDelay.load)",
                        "delay: \"soon\" is not a duration: write \"10 seconds\"")
                .contains("Action: Correct the attribute of @Step.");
        assertThat(refusal(UnreadableTimeout.class)).contains("timeout: \"10 lightyears\" is not a duration");
        assertThat(refusal(UnreadableMaxDelay.class)).contains("maxDelay: \"-5 seconds\" is not a duration");
    }

    @Workflow
    static class NegativeRetries extends Runs {
        @Step(retries = -5)
        void load() {}
    }

    @Workflow
    static class JitterOfTwo extends Runs {
        @Step(jitter = 2)
        void load() {}
    }

    @Workflow
    static class NoTime extends Runs {
        @Step(timeout = "0 seconds")
        void load() {}
    }

    @Test
    void refusesNumbersThatCannotApply() {
        assertThat(refusal(NegativeRetries.class)).contains("retries must be 0 or more, not -5");
        assertThat(refusal(JitterOfTwo.class)).contains("jitter must be between 0 and 1", "not 2.0");
        assertThat(refusal(NoTime.class)).contains("timeout must be longer than 0");
    }

    @Workflow
    static class ReturnsFuture extends Runs {
        @Step
        Future<String> load() {
            return CompletableFuture.completedFuture("");
        }
    }

    @Workflow
    static class ReturnsCompletableFuture extends Runs {
        @Step
        CompletableFuture<String> load() {
            return CompletableFuture.completedFuture("");
        }
    }

    @Workflow
    static class ReturnsStream extends Runs {
        @Step
        Stream<String> load() {
            return Stream.empty();
        }
    }

    @Workflow
    static class ReturnsIntStream extends Runs {
        @Step
        IntStream load() {
            return IntStream.empty();
        }
    }

    abstract static class Loads<T> extends Runs {
        @Step
        T load() {
            throw new UnsupportedOperationException();
        }
    }

    @Workflow
    static class LoadsFuture extends Loads<Future<String>> {}

    @ParameterizedTest
    @ValueSource(
            classes = {
                ReturnsFuture.class,
                ReturnsCompletableFuture.class,
                ReturnsStream.class,
                ReturnsIntStream.class,
                LoadsFuture.class
            })
    void refusesResultsThatAreYetToComeOrCanBeReadOnlyOnce(Class<?> type) {
        assertThat(refusal(type))
                .contains("Step \"load\" (%s.load) returns".formatted(type.getSimpleName()), "which cannot be stored")
                .contains("Action: Let the method wait for its result, and return the value itself.");
    }

    @Workflow
    static class NewTransaction extends Runs {
        @Step
        @Transactional(propagation = Propagation.REQUIRES_NEW)
        void load() {}
    }

    @Workflow
    static class MandatoryTransaction extends Runs {
        @Step
        @Transactional(propagation = Propagation.MANDATORY)
        void load() {}
    }

    @Test
    void refusesPropagationsThatWouldKeepTheWritesFromTheCheckpoint() {
        assertThat(refusal(NewTransaction.class))
                .contains("Step \"load\" (NewTransaction.load) is transactional with propagation REQUIRES_NEW")
                .contains("Action: Use the default propagation, REQUIRED.");
        assertThat(refusal(MandatoryTransaction.class)).contains("with propagation MANDATORY");
    }

    @Workflow
    static class AliasIsAnotherName extends Runs {
        @Step(aliases = "load")
        void fetch() {}

        @Step
        void load() {}
    }

    @Workflow
    static class AliasIsAnotherAlias extends Runs {
        @Step(aliases = "get")
        void fetch() {}

        @Step(aliases = "get")
        void load() {}
    }

    static class OtherSteps {
        @Step
        void load() {}
    }

    @Workflow
    @Import(OtherSteps.class)
    static class AliasIsANameInAnotherBean extends Runs {
        @Step(aliases = "load")
        void fetch() {}
    }

    @Workflow
    static class MalformedAlias extends Runs {
        @Step(aliases = "")
        void fetch() {}
    }

    @Test
    void refusesAnAliasThatCouldBeAnotherStep() {
        assertThat(refusal(AliasIsAnotherName.class))
                .contains(
                        "The alias \"load\" of step \"fetch\" (AliasIsAnotherName.fetch) is also a name or alias of step \"load\""
                                + " (AliasIsAnotherName.load)")
                .contains("Action: Remove it from the aliases of one of them.");
        assertThat(refusal(AliasIsAnotherAlias.class)).contains("The alias \"get\" of step");
        assertThat(refusal(AliasIsANameInAnotherBean.class))
                .contains("of step \"fetch\"", "of step \"load\" (OtherSteps.load)");
        assertThat(refusal(MalformedAlias.class)).contains("The name of step MalformedAlias.fetch has 0 characters");
    }

    private static String refusal(Class<?> type) {
        String[] explanation = {""};
        StartUp.withoutDatabase(type).run(context -> {
            assertThat(context).hasFailed();
            explanation[0] = StartUp.explanation(context.getStartupFailure());
        });
        return explanation[0];
    }
}
