package dev.workflows;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a label may be called, and say. */
final class Labels {

    private static final int MAX_COUNT = 10;
    private static final int MAX_NAME_LENGTH = 64;
    private static final int MAX_VALUE_LENGTH = 256;
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_][a-zA-Z0-9_-]*");

    private Labels() {}

    /** @throws IllegalArgumentException if they are too many, or one is malformed */
    static Map<String, String> checked(Map<String, String> labels) {
        if (labels.size() > MAX_COUNT) {
            throw new IllegalArgumentException(
                    "An instance has at most %d labels, not %d".formatted(MAX_COUNT, labels.size()));
        }
        labels.forEach(Labels::check);
        return Collections.unmodifiableMap(new LinkedHashMap<>(labels));
    }

    static Map<String, String> with(Map<String, String> labels, String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(labels);
        more.put(name, value);
        return more;
    }

    private static void check(@Nullable String name, @Nullable String value) {
        if (name == null
                || name.length() > MAX_NAME_LENGTH
                || !NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "Label name \"%s\" is malformed: use 1 to %d letters, digits, \"_\" and \"-\", not starting with \"-\""
                            .formatted(shortened(name, MAX_NAME_LENGTH), MAX_NAME_LENGTH));
        }
        if (value == null
                || value.length() > MAX_VALUE_LENGTH
                || !value.codePoints().allMatch(Labels::isText)) {
            throw new IllegalArgumentException(
                    "Label \"%s\" has the value \"%s\": use at most %d characters, and no control characters"
                            .formatted(name, shortened(value, MAX_VALUE_LENGTH), MAX_VALUE_LENGTH));
        }
    }

    /** Half of a surrogate pair is no text either: no database would keep it. */
    static boolean isText(int codePoint) {
        return !Character.isISOControl(codePoint) && Character.getType(codePoint) != Character.SURROGATE;
    }

    static @Nullable String shortened(@Nullable String text, int length) {
        return text == null || text.length() <= length ? text : text.substring(0, length) + "…";
    }
}
