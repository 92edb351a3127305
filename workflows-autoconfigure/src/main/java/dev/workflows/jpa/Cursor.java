package dev.workflows.jpa;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Where a page of a list ended: its last instance's place in the order of creation. */
record Cursor(Instant createdAt, long key) {

    private static final Pattern FORM = Pattern.compile("(.+)/(\\d{1,19})");

    /** @throws IllegalArgumentException if it is not the text of a cursor */
    static Cursor of(String text) {
        try {
            Matcher parts = FORM.matcher(new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8));
            if (parts.matches()) {
                return new Cursor(Instant.parse(parts.group(1)), Long.parseLong(parts.group(2)));
            }
        } catch (IllegalArgumentException | DateTimeException e) {
            throw malformed(text, e);
        }
        throw malformed(text, null);
    }

    private static IllegalArgumentException malformed(String text, @Nullable Throwable cause) {
        return new IllegalArgumentException(
                "Cursor \"%s\" is not one that a page had: ask with a page's nextCursor, or with none for the first page"
                        .formatted(text),
                cause);
    }

    String text() {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString((createdAt + "/" + key).getBytes(StandardCharsets.UTF_8));
    }
}
