package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.workflows.CreateOptions;
import dev.workflows.Retention;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Which ids and names are accepted, and which are not. */
class NamePropertyTests {

    private static final Pattern ID = Pattern.compile("^[a-zA-Z0-9_][a-zA-Z0-9-_]*\\z");

    @Property(tries = 500)
    void anIdIsAcceptedExactlyIfItIsWellFormed(@ForAll("ids") String id) {
        if (id.length() <= 100 && ID.matcher(id).matches()) {
            assertThat(CreateOptions.of("params").withId(id).id()).isEqualTo(id);
        } else {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> CreateOptions.of("params").withId(id))
                    .withMessageStartingWith("Instance id \"")
                    .withMessageContaining("is malformed: use 1 to 100 letters, digits, \"_\" and \"-\"");
        }
    }

    @Example
    void anIdHasAtMostAHundredCharacters() {
        assertThat(CreateOptions.of(1).withId("x".repeat(100)).id()).hasSize(100);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CreateOptions.of(1).withId("x".repeat(101)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CreateOptions.of(1).withId(""));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CreateOptions.of(1).withId("x\n"));
    }

    @Property(tries = 500)
    void aLabelIsAcceptedExactlyIfItsNameIsLikeAnIdAndItsValueIsText(
            @ForAll("ids") String name, @ForAll("values") String value) {
        boolean named = name.length() <= 64 && ID.matcher(name).matches();
        boolean text = value.chars().noneMatch(Character::isISOControl)
                && StandardCharsets.UTF_8.newEncoder().canEncode(value);

        if (named && text && value.length() <= 256) {
            assertThat(CreateOptions.of(1).withLabel(name, value).labels()).isEqualTo(Map.of(name, value));
        } else {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> CreateOptions.of(1).withLabel(name, value))
                    .withMessageStartingWith(named ? "Label \"" + name + "\" has the value \"" : "Label name \"")
                    .withMessageContaining(named ? "at most 256 characters" : "use 1 to 64 letters");
        }
    }

    @Example
    void anInstanceHasAtMostTenLabels() {
        CreateOptions<Integer> options = CreateOptions.of(1);
        for (int i = 0; i < 10; i++) {
            options = options.withLabel("label-" + i, "").withLabel("label-" + i, "replaced");
        }
        CreateOptions<Integer> ten = options;

        assertThat(ten.withRetention(Retention.of(Duration.ZERO)).withId("x").labels())
                .hasSize(10)
                .containsValue("replaced");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ten.withLabel("label-10", ""))
                .withMessage("An instance has at most 10 labels, not 11");
        assertThat(ten.withLabels(Map.of()).labels()).isEmpty();
    }

    @Property(tries = 500)
    void aNameIsAcceptedExactlyIfItCanBeStored(@ForAll("names") String name) {
        boolean fits = !name.isEmpty() && name.length() <= 256;
        boolean printable = name.chars().noneMatch(c -> c < 0x20);
        boolean whole = StandardCharsets.UTF_8.newEncoder().canEncode(name);

        if (fits && printable && whole) {
            assertThat(StepParser.nameProblem(name)).isNull();
        } else {
            assertThat(StepParser.nameProblem(name)).isNotEmpty();
        }
    }

    @Provide
    Arbitrary<String> ids() {
        Arbitrary<String> close =
                Arbitraries.strings().withChars("abzABZ059-_ .\né").ofMaxLength(5);
        Arbitrary<String> good =
                Arbitraries.strings().withChars("abzABZ059-_").ofMinLength(1).ofMaxLength(110);
        return Arbitraries.oneOf(Arbitraries.strings().all().ofMaxLength(5), close, good);
    }

    @Provide
    Arbitrary<String> values() {
        return Arbitraries.oneOf(
                Arbitraries.strings().all().ofMaxLength(5),
                Arbitraries.strings().ascii().ofMaxLength(5),
                Arbitraries.strings().withChars("aé §%'").ofMaxLength(5),
                Arbitraries.strings().alpha().ofMinLength(250).ofMaxLength(260));
    }

    @Provide
    Arbitrary<String> names() {
        return Arbitraries.oneOf(
                Arbitraries.strings().all().ofMaxLength(5),
                Arbitraries.strings().ascii().ofMaxLength(5),
                Arbitraries.strings().alpha().ofMinLength(250).ofMaxLength(260));
    }
}
