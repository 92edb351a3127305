package dev.workflows.guide;

import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.commons.support.AnnotationSupport;

/** Sees that each rule of {@code docs/cloudflare-rules.md} names tests that exist. */
class CloudflareRulesTests {

    private static final Path RULES = Path.of("../docs/cloudflare-rules.md");
    private static final Path SOURCES = Path.of("src/test/java");
    private static final Pattern TEST = Pattern.compile("`(\\w+)#(\\w+)`");

    @Test
    void everyRuleNamesATest() throws IOException {
        List<String> rules = Files.readAllLines(RULES).stream()
                .filter(line -> line.startsWith("| ") && !line.startsWith("| Rule"))
                .toList();

        assertThat(rules).hasSizeGreaterThan(80);
        assertThat(rules.stream().filter(rule -> !TEST.matcher(rule).find())).isEmpty();
    }

    @Test
    void everyTestThatARuleNamesExists() throws IOException {
        Map<String, List<Path>> classes;
        try (Stream<Path> files = Files.walk(SOURCES)) {
            classes = files.filter(file -> file.toString().endsWith(".java"))
                    .collect(groupingBy(file -> file.getFileName().toString().replace(".java", "")));
        }

        List<String> missing = TEST.matcher(Files.readString(RULES))
                .results()
                .filter(test -> classes.getOrDefault(test.group(1), List.of()).stream()
                        .noneMatch(file -> hasTest(file, test.group(2))))
                .map(MatchResult::group)
                .toList();

        assertThat(missing).isEmpty();
    }

    private static boolean hasTest(Path file, String name) {
        String path = SOURCES.relativize(file).toString();
        try {
            return Stream.of(Class.forName(path.replace(".java", "").replace('/', '.'))
                            .getDeclaredMethods())
                    .filter(method -> method.getName().equals(name))
                    .anyMatch(CloudflareRulesTests::isTest);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean isTest(Method method) {
        return AnnotationSupport.isAnnotated(method, Testable.class);
    }
}
