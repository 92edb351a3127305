package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.workflows.InstanceStatus.InstanceError;
import dev.workflows.StepFailedException;
import dev.workflows.Workflow;
import dev.workflows.WorkflowBinding;
import dev.workflows.WorkflowEntrypoint;
import dev.workflows.WorkflowEvent;
import dev.workflows.WorkflowStep;
import dev.workflows.test.SharedApplication;
import dev.workflows.test.TestDatabase;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import org.springframework.context.ConfigurableApplicationContext;

/** Whatever a user makes of strings: it is stored and read back the same, on every database. */
class InputPropertyTests {

    private static final SharedApplication APPLICATION =
            SharedApplication.of(ScriptedWorkflow.class, EchoWorkflow.class);

    @AfterContainer
    static void close() {
        APPLICATION.close();
    }

    @Workflow
    static class EchoWorkflow implements WorkflowEntrypoint<List<Object>, List<Object>> {
        @Override
        public List<Object> run(WorkflowEvent<List<Object>> event, WorkflowStep step) {
            return event.payload();
        }
    }

    @Property(tries = 60)
    void paramsReadBackAsTheyWereGiven(@ForAll TestDatabase database, @ForAll("values") List<Object> params)
            throws Exception {
        @SuppressWarnings("unchecked")
        WorkflowBinding<List<Object>, List<Object>> binding =
                APPLICATION.on(database).getBean("ECHO_WORKFLOW", WorkflowBinding.class);

        assertThat(binding.create(params).await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo(params);
    }

    @Property(tries = 60)
    void aTextualResultIsTheSameAtTheReplay(@ForAll TestDatabase database, @ForAll("texts") String text)
            throws Exception {
        List<Object> seen = Collections.synchronizedList(new ArrayList<>());

        Object output = ScriptedWorkflow.run(APPLICATION.on(database), (steps, step) -> {
            String result = steps.text(() -> text);
            seen.add(Optional.ofNullable(result));
            step.sleep("pause", "1");
            return result;
        });

        assertThat(output).isEqualTo(text);
        assertThat(seen).containsExactly(Optional.of(text), Optional.of(text));
    }

    @Property(tries = 60)
    void aSleepOfAnyAcceptedNameEnds(@ForAll TestDatabase database, @ForAll("texts") String name) throws Exception {
        AtomicInteger passes = new AtomicInteger();

        Object output = ScriptedWorkflow.run(APPLICATION.on(database), (steps, step) -> {
            passes.incrementAndGet();
            try {
                step.sleep(name, "1");
                return "slept";
            } catch (IllegalArgumentException e) {
                return e.getMessage();
            }
        });

        if (StepParser.nameProblem(name) == null) {
            assertThat(output).isEqualTo("slept");
            assertThat(passes).hasValue(2);
        } else {
            assertThat((String) output).startsWith("The name of a sleep ");
        }
    }

    @Property(tries = 60)
    void anExceptionOfAnyMessageEndsItsInstance(@ForAll TestDatabase database, @ForAll("texts") String message)
            throws Exception {
        InstanceError error = ScriptedWorkflow.failure(APPLICATION.on(database), (steps, step) -> {
            throw new IllegalStateException(message);
        });

        assertThat(error).isEqualTo(new InstanceError("IllegalStateException", storable(message)));
    }

    @Property(tries = 60)
    void aStepsExceptionOfAnyMessageReadsTheSameAtTheReplay(
            @ForAll TestDatabase database, @ForAll("texts") String message) throws Exception {
        ConfigurableApplicationContext application = APPLICATION.on(database);
        List<String> seen = Collections.synchronizedList(new ArrayList<>());

        ScriptedWorkflow.run(application, (steps, step) -> {
            try {
                steps.act(() -> {
                    throw new IllegalStateException(message);
                });
            } catch (StepFailedException e) {
                seen.add(e.errorMessage());
                seen.add(e.errorStack());
            }
            step.sleep("pause", "1");
            return null;
        });

        assertThat(seen).hasSize(4);
        assertThat(seen.get(0)).isEqualTo(storable(message)).isEqualTo(seen.get(2));
        assertThat(seen.get(1)).isEqualTo(seen.get(3));
    }

    /** What no database can store is replaced. */
    private static String storable(String message) {
        return message.replace('\0', '\uFFFD').replaceAll("\\p{Cs}", "\uFFFD");
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.oneOf(
                Arbitraries.strings().all().ofMaxLength(20),
                Arbitraries.strings()
                        .withChars('\0', 'a', ' ', '"', '\\', '\n', '\u001F', '\u007F', '\uD83D', '\uDE00', '\uFFFE')
                        .ofMaxLength(8),
                Arbitraries.strings().ascii().ofMinLength(1).ofMaxLength(256));
    }

    @Provide
    Arbitrary<List<Object>> values() {
        Arbitrary<Object> leaves = Arbitraries.oneOf(
                texts().asGeneric(),
                Arbitraries.integers().asGeneric(),
                Arbitraries.longs().greaterOrEqual(1L << 40).asGeneric(),
                Arbitraries.doubles().map(it -> it + 0.5).asGeneric(),
                Arbitraries.of(true, false).asGeneric(),
                Arbitraries.just((Object) null));
        // of a depth that is bounded: what nests by chance alone now and then fills the heap
        return Arbitraries.recursive(
                        () -> leaves,
                        nested -> Arbitraries.oneOf(
                                leaves,
                                nested.list().ofMaxSize(3).asGeneric(),
                                Arbitraries.maps(texts(), nested).ofMaxSize(2).asGeneric()),
                        0,
                        3)
                .list()
                .ofMaxSize(3);
    }
}
