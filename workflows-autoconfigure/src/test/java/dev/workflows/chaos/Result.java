package dev.workflows.chaos;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a step returns: which attempt of it this is, who made it, and what follows from the params. */
record Result(String step, int attempt, String node, int answer) {

    private static final Pattern TEXT = Pattern.compile("(\\w+)#(\\d+)@([\\w.]+)=(\\d+)");

    static Result parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("No result: " + text);
        }
        return new Result(
                matcher.group(1),
                Integer.parseInt(matcher.group(2)),
                matcher.group(3),
                Integer.parseInt(matcher.group(4)));
    }

    @Override
    public String toString() {
        return "%s#%d@%s=%d".formatted(step, attempt, node, answer);
    }
}
