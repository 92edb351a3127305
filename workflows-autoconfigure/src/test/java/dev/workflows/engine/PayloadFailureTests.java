package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.workflows.CreateOptions;
import dev.workflows.InstanceFailedException;
import dev.workflows.InstanceStatus.InstanceError;
import dev.workflows.PayloadException;
import dev.workflows.Step;
import dev.workflows.StepFailedException;
import dev.workflows.Workflow;
import dev.workflows.WorkflowBinding;
import dev.workflows.WorkflowEntrypoint;
import dev.workflows.WorkflowEvent;
import dev.workflows.WorkflowStep;
import dev.workflows.test.OnEveryDatabase;
import dev.workflows.test.SharedApplication;
import dev.workflows.test.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Values that cannot be stored: each is refused where it is made, and says what it is. */
class PayloadFailureTests {

    @RegisterExtension
    static final SharedApplication APPLICATION = SharedApplication.of(
                    ScriptedWorkflow.class,
                    ResultsWorkflow.class,
                    RecordWorkflow.class,
                    TextWorkflow.class,
                    MapWorkflow.class,
                    VoidWorkflow.class,
                    NamedWorkflow.class,
                    UnreadableWorkflow.class)
            .with("workflows.limits.params=1KB", "workflows.limits.result=2KB");

    static class Node {
        public @Nullable Node next;
    }

    static class NoProperties {}

    /** Can be written, but nobody knows as what to read it. */
    interface Named {
        String getName();
    }

    static class ThrowingGetter {
        public String getName() {
            throw new IllegalStateException("not today");
        }
    }

    sealed interface Shape permits Circle {}

    record Circle(double radius) implements Shape {}

    sealed interface Result<T> permits Ok {}

    record Ok<T>(T value) implements Result<T> {}

    record Text(@Nullable String text, int number) {}

    @Workflow
    static class ResultsWorkflow implements WorkflowEntrypoint<String, List<String>> {

        private static final AtomicInteger ENTERED = new AtomicInteger();

        @Override
        public List<String> run(WorkflowEvent<String> event, WorkflowStep step) {
            List<String> seen = new ArrayList<>();
            try {
                call(event.payload());
            } catch (StepFailedException e) {
                seen.add(e.errorName());
                seen.add(e.errorMessage());
                seen.add(e.attempts() + " attempts, entered " + ENTERED.get());
            }
            step.sleep("pause", "5");
            return seen;
        }

        private void call(String sample) {
            switch (sample) {
                case "cyclic" -> cyclic();
                case "empty" -> empty();
                case "unreadable" -> unreadable();
                case "throwing" -> throwing();
                case "large" -> large(2_047);
                case "largest" -> large(2_046);
                case "generic" -> generic();
                default -> throw new IllegalArgumentException(sample);
            }
        }

        @Step
        Node cyclic() {
            ENTERED.incrementAndGet();
            Node node = new Node();
            node.next = node;
            return node;
        }

        @Step
        List<NoProperties> empty() {
            ENTERED.incrementAndGet();
            return List.of(new NoProperties());
        }

        @Step
        Named unreadable() {
            ENTERED.incrementAndGet();
            return () -> "nobody";
        }

        @Step
        ThrowingGetter throwing() {
            ENTERED.incrementAndGet();
            return new ThrowingGetter();
        }

        @Step
        String large(int size) {
            ENTERED.incrementAndGet();
            return "x".repeat(size);
        }

        @Step
        Result<Shape> generic() {
            ENTERED.incrementAndGet();
            return new Ok<>(new Circle(1));
        }
    }

    static Stream<Arguments> results() {
        List<List<String>> samples = List.of(
                List.of("cyclic", "The result of step \"cyclic\" cannot be written as JSON from", "Node"),
                List.of("empty", "The result of step \"empty\" cannot be written as JSON from", "NoProperties"),
                List.of("unreadable", "The result of step \"unreadable\" cannot be read back from JSON as", "Named"),
                List.of("throwing", "The result of step \"throwing\" cannot be written as JSON from", "not today"),
                List.of("large", "The result of step \"large\": too large, 2,049 bytes as JSON", "limit is 2,048"),
                // what is in an Ok<T> is written without the type that it has as a Shape
                List.of("generic", "The result of step \"generic\" cannot be read back from JSON as", "Result<"));
        return Stream.of(TestDatabase.values())
                .flatMap(database -> samples.stream().map(sample -> Arguments.of(database, sample)));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("results")
    void aResultThatCannotBeStoredFailsItsStepAtOnce(TestDatabase database, List<String> sample) throws Exception {
        ResultsWorkflow.ENTERED.set(0);
        WorkflowBinding<String, List<String>> binding = binding(database, "RESULTS_WORKFLOW");

        List<String> seen = binding.create(sample.get(0)).await(ScriptedWorkflow.LONG_ENOUGH);

        assertThat(seen).hasSize(3);
        assertThat(seen.get(0)).isEqualTo("PayloadException");
        assertThat(seen.get(1)).startsWith(sample.get(1)).contains(sample.get(2));
        assertThat(seen.get(2)).isEqualTo("1 attempts, entered 1");
    }

    @OnEveryDatabase
    void aResultAsLargeAsTheLimitIsStored(TestDatabase database) throws Exception {
        WorkflowBinding<String, List<String>> binding = binding(database, "RESULTS_WORKFLOW");

        assertThat(binding.create("largest").await(ScriptedWorkflow.LONG_ENOUGH))
                .isEmpty();
    }

    @OnEveryDatabase
    void anOutputThatCannotBeStoredEndsTheInstanceClearly(TestDatabase database) throws Exception {
        InstanceError error =
                ScriptedWorkflow.failure(APPLICATION.on(database), (steps, step) -> List.of(new NoProperties()));

        assertThat(error.name()).isEqualTo("PayloadException");
        assertThat(error.message())
                .startsWith("The output of instance \"")
                .contains("cannot be written as JSON from java.lang.Object", "NoProperties");
        assertThat(ScriptedWorkflow.failure(APPLICATION.on(database), (steps, step) -> "x".repeat(3_000))
                        .message())
                .contains(": too large, 3,002 bytes as JSON where the limit is 2,048");
        WorkflowBinding<String, Named> unreadable = binding(database, "UNREADABLE_WORKFLOW");
        assertThatExceptionOfType(InstanceFailedException.class)
                .isThrownBy(() -> unreadable.create("x").await(ScriptedWorkflow.LONG_ENOUGH))
                .withMessageContaining("cannot be read back from JSON as " + Named.class.getTypeName());
    }

    @OnEveryDatabase
    void paramsThatCannotBeWrittenAreRefused(TestDatabase database) {
        WorkflowBinding<Map<String, Object>, Object> binding = binding(database, "MAP_WORKFLOW");
        Node cyclic = new Node();
        cyclic.next = cyclic;

        for (Object value : List.of(cyclic, new NoProperties(), new ThrowingGetter())) {
            refused(database, () -> binding.create(Map.of("value", value)))
                    .accept("The params of workflow \"map-workflow\" cannot be written as JSON from java.util.Map<");
        }
    }

    @OnEveryDatabase
    void paramsThatCannotBeReadBackAreRefused(TestDatabase database) {
        WorkflowBinding<Named, String> binding = binding(database, "NAMED_WORKFLOW");

        refused(database, () -> binding.create(() -> "nobody"))
                .accept("The params of workflow \"named-workflow\" cannot be read back from JSON as "
                        + Named.class.getTypeName());
    }

    @OnEveryDatabase
    void oversizedParamsAreRefusedByTheirSizeInBytes(TestDatabase database) throws Exception {
        WorkflowBinding<String, Integer> binding = binding(database, "TEXT_WORKFLOW");

        refused(database, () -> binding.create("x".repeat(1_023)))
                .accept(
                        "The params of workflow \"text-workflow\": too large, 1,025 bytes as JSON where the limit is 1,024");
        refused(database, () -> binding.create("漢".repeat(341)))
                .accept(
                        "The params of workflow \"text-workflow\": too large, 1,025 bytes as JSON where the limit is 1,024");
        assertThat(binding.create("x".repeat(1_022)).await(ScriptedWorkflow.LONG_ENOUGH))
                .isEqualTo(1_022);
    }

    @OnEveryDatabase
    void noParamsReadAsAnEmptyObject(TestDatabase database) throws Exception {
        WorkflowBinding<@Nullable Text, Text> records = binding(database, "RECORD_WORKFLOW");
        WorkflowBinding<@Nullable Map<String, Object>, Object> maps = binding(database, "MAP_WORKFLOW");
        WorkflowBinding<@Nullable Void, Void> voids = binding(database, "VOID_WORKFLOW");

        assertThat(records.create(CreateOptions.of(null)).await(ScriptedWorkflow.LONG_ENOUGH))
                .isEqualTo(new Text(null, 0));
        assertThat(maps.create(CreateOptions.of(null)).await(ScriptedWorkflow.LONG_ENOUGH))
                .isEqualTo(Map.of());
        assertThat(voids.create(CreateOptions.of(null)).await(ScriptedWorkflow.LONG_ENOUGH))
                .isNull();
    }

    @OnEveryDatabase
    void noParamsAreRefusedWhereNoneCannotBeRead(TestDatabase database) {
        WorkflowBinding<@Nullable String, Integer> binding = binding(database, "TEXT_WORKFLOW");

        refused(database, () -> binding.create(CreateOptions.of(null)))
                .accept("The params of workflow \"text-workflow\" cannot be read back from JSON as java.lang.String");
    }

    private static Consumer<String> refused(TestDatabase database, Runnable create) {
        return message -> {
            int before = instances(database);
            assertThatExceptionOfType(PayloadException.class)
                    .isThrownBy(create::run)
                    .withMessageStartingWith(message);
            assertThat(instances(database)).isEqualTo(before);
        };
    }

    private static int instances(TestDatabase database) {
        return APPLICATION
                .on(database)
                .getBean(JdbcClient.class)
                .sql("select count(*) from workflow_instance")
                .query(Integer.class)
                .single();
    }

    @SuppressWarnings("unchecked")
    private static <P, R> WorkflowBinding<P, R> binding(TestDatabase database, String name) {
        return APPLICATION.on(database).getBean(name, WorkflowBinding.class);
    }

    @Workflow
    static class RecordWorkflow implements WorkflowEntrypoint<Text, Text> {
        @Override
        public Text run(WorkflowEvent<Text> event, WorkflowStep step) {
            return event.payload();
        }
    }

    @Workflow
    static class TextWorkflow implements WorkflowEntrypoint<String, Integer> {
        @Override
        public Integer run(WorkflowEvent<String> event, WorkflowStep step) {
            return event.payload().length();
        }
    }

    @Workflow
    static class MapWorkflow implements WorkflowEntrypoint<Map<String, Object>, Object> {
        @Override
        public Object run(WorkflowEvent<Map<String, Object>> event, WorkflowStep step) {
            return event.payload();
        }
    }

    @Workflow
    static class VoidWorkflow implements WorkflowEntrypoint<@Nullable Void, @Nullable Void> {
        @Override
        public @Nullable Void run(WorkflowEvent<@Nullable Void> event, WorkflowStep step) {
            return event.payload();
        }
    }

    @Workflow
    static class NamedWorkflow implements WorkflowEntrypoint<Named, String> {
        @Override
        public String run(WorkflowEvent<Named> event, WorkflowStep step) {
            return event.payload().getName();
        }
    }

    @Workflow
    static class UnreadableWorkflow implements WorkflowEntrypoint<String, Named> {
        @Override
        public Named run(WorkflowEvent<String> event, WorkflowStep step) {
            return event::payload;
        }
    }
}
