package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.workflows.Step;
import dev.workflows.Workflow;
import dev.workflows.WorkflowBinding;
import dev.workflows.WorkflowEntrypoint;
import dev.workflows.WorkflowEvent;
import dev.workflows.WorkflowStep;
import dev.workflows.test.SharedApplication;
import dev.workflows.test.TestDatabase;
import java.lang.reflect.Method;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.core.ResolvableType;
import org.springframework.util.ReflectionUtils;

/** What a step returns, what run sees of it at the first pass, and what it sees at a replay: three times the same. */
class PayloadRoundTripTests {

    @RegisterExtension
    static final SharedApplication APPLICATION = SharedApplication.of(SamplesWorkflow.class);

    record Item(String name, int amount) {}

    record Order(
            Item first,
            List<Item> more,
            Optional<String> note,
            Map<UUID, Shape> shapes,
            @Nullable Instant at) {}

    record Page<T>(List<T> content, int number) {}

    sealed interface Shape permits Circle, Square, Group, Nothing, Unit {}

    record Circle(double radius) implements Shape {}

    record Square(@JsonProperty("side") BigDecimal length) implements Shape {}

    sealed interface Group extends Shape permits Pair, Many {}

    record Pair(Shape left, Shape right) implements Group {}

    record Many(List<Shape> shapes) implements Group {}

    record Nothing() implements Shape {}

    enum Unit implements Shape {
        POINT,
        LINE
    }

    sealed interface Result<T> permits Ok, Err {}

    record Ok<T>(T value) implements Result<T> {}

    record Err<T>(String message) implements Result<T> {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = Cat.class, name = "cat"),
        @JsonSubTypes.Type(value = Dog.class, name = "dog")
    })
    sealed interface Pet permits Cat, Dog {}

    record Cat(String name) implements Pet {}

    record Dog(String name, int age) implements Pet {}

    enum Operation {
        PLUS {
            @Override
            int apply(int a, int b) {
                return a + b;
            }
        },
        MINUS {
            @Override
            int apply(int a, int b) {
                return a - b;
            }
        };

        abstract int apply(int a, int b);
    }

    /** Made by its constructor alone. */
    static final class Money {

        private final BigDecimal amount;
        private final String currency;

        public Money(BigDecimal amount, String currency) {
            this.amount = amount;
            this.currency = currency;
        }

        public BigDecimal getAmount() {
            return amount;
        }

        public String getCurrency() {
            return currency;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Money money && money.amount.equals(amount) && money.currency.equals(currency);
        }

        @Override
        public int hashCode() {
            return Objects.hash(amount, currency);
        }
    }

    static class Bean {

        private String name = "";
        private List<Integer> numbers = new ArrayList<>();

        public String getName() {
            return name;
        }

        public void setName(String name) {
            this.name = name;
        }

        public List<Integer> getNumbers() {
            return numbers;
        }

        public void setNumbers(List<Integer> numbers) {
            this.numbers = numbers;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Bean bean && bean.name.equals(name) && bean.numbers.equals(numbers);
        }

        @Override
        public int hashCode() {
            return Objects.hash(name, numbers);
        }
    }

    private static final UUID ID = UUID.fromString("6a2f41a3-c54c-fce8-32d2-0324e1c32e22");
    private static final Shape LEAF = new Circle(3);
    private static final Item ITEM = new Item("bolt", 3);

    /** Each step returns a value of another type. Add a method, and the value is tried. */
    @Workflow
    static class SamplesWorkflow implements WorkflowEntrypoint<String, String> {

        static final Map<String, List<Object>> SEEN = new ConcurrentHashMap<>();

        @Override
        public String run(WorkflowEvent<String> event, WorkflowStep step) {
            Object seen = call(event.payload(), this);
            SEEN.computeIfAbsent(event.instanceId(), id -> Collections.synchronizedList(new ArrayList<>()))
                    .add(Optional.ofNullable(seen));
            step.sleep("pause", "5");
            return "done";
        }

        static @Nullable Object call(String sample, SamplesWorkflow steps) {
            Method method = Objects.requireNonNull(ReflectionUtils.findMethod(SamplesWorkflow.class, sample));
            ReflectionUtils.makeAccessible(method);
            return ReflectionUtils.invokeMethod(method, steps);
        }

        @Step
        Item record() {
            return ITEM;
        }

        @Step
        Order nestedRecord() {
            return new Order(
                    ITEM,
                    List.of(ITEM, new Item("", 0)),
                    Optional.of("note"),
                    Map.of(ID, new Square(new BigDecimal("1.50"))),
                    Instant.EPOCH);
        }

        @Step
        Order recordOfNothing() {
            return new Order(ITEM, List.of(), Optional.empty(), Map.of(), null);
        }

        @Step
        Page<Item> genericRecord() {
            return new Page<>(List.of(ITEM), 7);
        }

        @Step
        Page<Page<Instant>> nestedGenericRecord() {
            return new Page<>(List.of(new Page<>(List.of(Instant.EPOCH), 1)), 2);
        }

        @Step
        Shape sealedInterface() {
            return new Circle(1.5);
        }

        @Step
        Circle memberOfASealedInterface() {
            return new Circle(-0.0);
        }

        @Step
        List<Shape> listOfASealedInterface() {
            return List.of(new Circle(0.1), new Square(new BigDecimal("2.00")));
        }

        @Step
        Shape nestedSealedInterfaces() {
            return new Pair(new Circle(1), new Many(List.of(new Square(BigDecimal.TEN), new Pair(LEAF, LEAF))));
        }

        @Step
        Group innerSealedInterface() {
            return new Many(List.of(new Circle(1)));
        }

        @Step
        Map<String, Shape> mapOfASealedInterface() {
            return Map.of("a", new Circle(1), "b", new Many(List.of()));
        }

        @Step
        Shape sealedRecordWithoutComponents() {
            return new Nothing();
        }

        @Step
        List<Shape> sealedRecordsWithoutComponents() {
            return List.of(new Nothing(), new Circle(1), new Nothing());
        }

        @Step
        Shape sealedEnum() {
            return Unit.LINE;
        }

        @Step
        List<Shape> sealedEnums() {
            return List.of(Unit.LINE, new Circle(1), Unit.POINT);
        }

        @Step
        Result<Instant> genericSealedInterface() {
            return new Ok<>(Instant.ofEpochSecond(1));
        }

        @Step
        List<Result<Item>> genericSealedInterfaces() {
            return List.of(new Ok<>(ITEM), new Err<>("no"));
        }

        @Step
        Page<Shape> genericRecordOfASealedInterface() {
            return new Page<>(List.of(new Circle(2), new Nothing()), 1);
        }

        @Step
        List<Pet> annotatedSealedInterface() {
            return List.of(new Cat("Tom"), new Dog("Rex", 3));
        }

        @Step
        List<Item> list() {
            return List.of(ITEM, new Item("nut", 5));
        }

        @Step
        List<Item> emptyList() {
            return List.of();
        }

        @Step
        List<@Nullable String> listWithNulls() {
            return Arrays.asList("a", null, "");
        }

        @Step
        List<Item> subList() {
            return new ArrayList<>(List.of(ITEM, ITEM, new Item("nut", 5))).subList(1, 3);
        }

        @Step
        Set<String> set() {
            return Set.of("a", "b");
        }

        @Step
        Map<String, Item> map() {
            return Map.of("first", ITEM, "", new Item("", 0));
        }

        @Step
        Map<UUID, Integer> mapByUuid() {
            return Map.of(ID, 1);
        }

        @Step
        Map<Instant, LocalDate> mapByInstant() {
            return Map.of(Instant.ofEpochSecond(1, 234_567_891), LocalDate.of(2026, 2, 28));
        }

        @Step
        Map<Long, Boolean> mapByLong() {
            return Map.of(Long.MIN_VALUE, true, Long.MAX_VALUE, false);
        }

        @Step
        Map<Operation, Integer> mapByEnumWithBodies() {
            return Map.of(Operation.PLUS, 1, Operation.MINUS, 2);
        }

        @Step
        EnumMap<Operation, Operation> enumMap() {
            return new EnumMap<>(Map.of(Operation.PLUS, Operation.MINUS));
        }

        @Step
        Map<String, List<Map<UUID, Optional<Item>>>> nestedGenerics() {
            return Map.of("a", List.of(Map.of(ID, Optional.of(ITEM)), Map.of(ID, Optional.empty()), Map.of()));
        }

        @Step
        Map<String, Object> mapOfAnything() {
            Map<String, @Nullable Object> anything = new LinkedHashMap<>();
            anything.put("text", "a\u0000b\u2028\uD83D\uDE00");
            anything.put("number", 1);
            anything.put("double", 1.5);
            anything.put("long", Long.MAX_VALUE);
            anything.put("list", List.of(true, Map.of()));
            anything.put("null", null);
            return anything;
        }

        @Step
        Object anything() {
            return List.of(Map.of("a", 1));
        }

        @Step
        Optional<Item> optional() {
            return Optional.of(ITEM);
        }

        @Step
        Optional<Item> emptyOptional() {
            return Optional.empty();
        }

        @Step
        OptionalInt optionalInt() {
            return OptionalInt.of(-1);
        }

        @Step
        OptionalInt emptyOptionalInt() {
            return OptionalInt.empty();
        }

        @Step
        void nothing() {}

        @Step
        @Nullable
        Void nothingAsAnObject() {
            return null;
        }

        @Step
        @Nullable
        Item noRecord() {
            return null;
        }

        @Step
        @Nullable
        String noText() {
            return null;
        }

        @Step
        @Nullable
        Integer noNumber() {
            return null;
        }

        @Step
        @Nullable
        List<Item> noList() {
            return null;
        }

        @Step
        @Nullable
        Shape noShape() {
            return null;
        }

        @Step
        boolean primitiveBoolean() {
            return true;
        }

        @Step
        Boolean boxedBoolean() {
            return false;
        }

        @Step
        byte primitiveByte() {
            return Byte.MIN_VALUE;
        }

        @Step
        Byte boxedByte() {
            return Byte.MAX_VALUE;
        }

        @Step
        short primitiveShort() {
            return Short.MIN_VALUE;
        }

        @Step
        Short boxedShort() {
            return Short.MAX_VALUE;
        }

        @Step
        char primitiveChar() {
            return '\0';
        }

        @Step
        Character boxedChar() {
            return 'ß';
        }

        @Step
        int primitiveInt() {
            return Integer.MIN_VALUE;
        }

        @Step
        Integer boxedInt() {
            return Integer.MAX_VALUE;
        }

        @Step
        long primitiveLong() {
            return Long.MIN_VALUE;
        }

        @Step
        Long boxedLong() {
            return Long.MAX_VALUE;
        }

        @Step
        float primitiveFloat() {
            return Float.MIN_VALUE;
        }

        @Step
        Float boxedFloat() {
            return 16777216.5f;
        }

        @Step
        double primitiveDouble() {
            return Double.MAX_VALUE;
        }

        @Step
        Double boxedDouble() {
            return 0.1 + 0.2;
        }

        @Step
        double notANumber() {
            return Double.NaN;
        }

        @Step
        Float infinity() {
            return Float.NEGATIVE_INFINITY;
        }

        @Step
        String text() {
            return "a\u0000b \" \\ \n \u2028 ß 漢 \uD83D\uDE00";
        }

        @Step
        String halfASurrogatePair() {
            return "\uDE00 the wrong way round \uD83D";
        }

        @Step
        Map<String, String> halvesOfSurrogatePairs() {
            return Map.of("a \uD83D", "b \uDE00");
        }

        @Step
        Instant instant() {
            return Instant.ofEpochSecond(1_700_000_000, 123_456_789);
        }

        @Step
        Instant farInstant() {
            return Instant.MAX;
        }

        @Step
        ZonedDateTime zonedDateTime() {
            // the second time that it is half past two on this day
            return ZonedDateTime.ofLocal(
                    LocalDateTime.of(2026, 10, 25, 2, 30), ZoneId.of("Europe/Berlin"), java.time.ZoneOffset.ofHours(1));
        }

        @Step
        OffsetDateTime offsetDateTime() {
            return OffsetDateTime.parse("2026-02-03T04:05:06.000000007+05:30");
        }

        @Step
        LocalDate localDate() {
            return LocalDate.of(2026, 2, 28);
        }

        @Step
        LocalDateTime localDateTime() {
            return LocalDateTime.of(2026, 2, 28, 0, 0);
        }

        @Step
        LocalTime localTime() {
            return LocalTime.of(0, 0, 0, 1);
        }

        @Step
        Duration duration() {
            return Duration.ofSeconds(-5, 1);
        }

        @Step
        Period period() {
            return Period.of(1, -2, 3);
        }

        @Step
        ZoneId zone() {
            return ZoneId.of("America/St_Johns");
        }

        @Step
        BigDecimal bigDecimal() {
            return new BigDecimal("1234567890123456789012345678901234567890.10");
        }

        @Step
        BigDecimal bigDecimalOfNegativeScale() {
            return new BigDecimal("1E+3");
        }

        @Step
        BigDecimal bigDecimalZero() {
            return new BigDecimal("0.000");
        }

        @Step
        List<BigDecimal> bigDecimals() {
            return List.of(new BigDecimal("1.0"), new BigDecimal("1.00"), new BigDecimal("-1E-20"));
        }

        @Step
        BigInteger bigInteger() {
            return BigInteger.TEN.pow(100).negate();
        }

        @Step
        Operation enumWithBodies() {
            return Operation.MINUS;
        }

        @Step
        byte[] bytes() {
            return new byte[] {0, -1, 127, -128};
        }

        @Step
        int[] ints() {
            return new int[] {1, 2, 3};
        }

        @Step
        Item[] array() {
            return new Item[] {ITEM};
        }

        @Step
        UUID uuid() {
            return ID;
        }

        @Step
        URI uri() {
            return URI.create("https://example.org/a?b=c#d");
        }

        @Step
        Locale locale() {
            return Locale.forLanguageTag("de-CH");
        }

        @Step
        Money classWithoutADefaultConstructor() {
            return new Money(new BigDecimal("9.90"), "EUR");
        }

        @Step
        Bean bean() {
            Bean bean = new Bean();
            bean.setName("bean");
            bean.setNumbers(List.of(1, 2));
            return bean;
        }
    }

    static Stream<Arguments> samples() {
        List<String> names = Arrays.stream(SamplesWorkflow.class.getDeclaredMethods())
                .filter(method -> method.isAnnotationPresent(Step.class))
                .map(Method::getName)
                .sorted()
                .toList();
        return Arrays.stream(TestDatabase.values())
                .flatMap(database -> names.stream().map(name -> Arguments.of(database, name)));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("samples")
    void runSeesWhatTheStepReturnedAtBothPasses(TestDatabase database, String sample) throws Exception {
        @SuppressWarnings("unchecked")
        WorkflowBinding<String, String> binding = (WorkflowBinding<String, String>) APPLICATION
                .on(database)
                .getBeanProvider(ResolvableType.forClassWithGenerics(WorkflowBinding.class, String.class, String.class))
                .getObject();
        Object returned = SamplesWorkflow.call(sample, new SamplesWorkflow());

        var instance = binding.create(sample);

        assertThat(instance.await(ScriptedWorkflow.LONG_ENOUGH)).isEqualTo("done");
        List<Object> seen = SamplesWorkflow.SEEN.get(instance.id());
        assertThat(seen).hasSize(2);
        assertThat(value(seen.get(0))).as("at the first pass").isEqualTo(returned);
        assertThat(value(seen.get(1))).as("at the replay").isEqualTo(returned);
    }

    private static @Nullable Object value(Object seen) {
        return ((Optional<?>) seen).orElse(null);
    }
}
