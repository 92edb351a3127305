package dev.workflows.engine;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds the name that a configuration key means. Keys of application.yml lose their spaces unless they stand in brackets,
 * and environment variables their dashes and case, so a key also means the one name of the same letters and digits.
 */
final class RelaxedNames {

    private RelaxedNames() {}

    static Optional<String> find(String key, Collection<String> names) {
        if (names.contains(key)) {
            return Optional.of(key);
        }
        String relaxed = relax(key);
        List<String> alike = names.stream()
                .filter(name -> relax(name).equals(relaxed))
                .distinct()
                .toList();
        return alike.size() == 1 && !relaxed.isEmpty() ? Optional.of(alike.get(0)) : Optional.empty();
    }

    /** The settings that are meant for a name, which several keys may spell, in their order of precedence. */
    static <T> Stream<T> settings(Map<String, T> byKey, String name, Collection<String> names) {
        return byKey.entrySet().stream()
                .filter(entry ->
                        find(entry.getKey(), names).filter(name::equals).isPresent())
                .map(Map.Entry::getValue);
    }

    private static String relax(String name) {
        StringBuilder letters = new StringBuilder();
        name.toLowerCase(Locale.ROOT)
                .codePoints()
                .filter(Character::isLetterOrDigit)
                .forEach(letters::appendCodePoint);
        return letters.toString();
    }
}
