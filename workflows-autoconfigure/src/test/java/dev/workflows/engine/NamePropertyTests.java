package dev.workflows.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.workflows.CreateOptions;
import java.nio.charset.StandardCharsets;
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
    Arbitrary<String> names() {
        return Arbitraries.oneOf(
                Arbitraries.strings().all().ofMaxLength(5),
                Arbitraries.strings().ascii().ofMaxLength(5),
                Arbitraries.strings().alpha().ofMinLength(250).ofMaxLength(260));
    }
}
