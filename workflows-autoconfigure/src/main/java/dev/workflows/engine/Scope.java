package dev.workflows.engine;

import java.util.function.ObjIntConsumer;
import java.util.stream.Stream;

/** The text that says which branches a call is within, outermost first: {@code 2.1/1.3} is fork 2, branch 1; there fork 1, branch 3. */
final class Scope {

    static final String RUN = "";
    static final int MAX_LENGTH = 200;

    private Scope() {}

    static String inner(String outer, int fork, int branch) {
        return (outer.isEmpty() ? "" : outer + "/") + fork + "." + branch;
    }

    /** The scope, and those that it is within. */
    static Stream<String> andOuter(String scope) {
        return Stream.iterate(scope, it -> !it.isEmpty(), it -> it.substring(0, Math.max(0, it.lastIndexOf('/'))));
    }

    /** Each fork that it is within: the scope that has forked, and the fork's number there. */
    static void forEachFork(String scope, ObjIntConsumer<String> forks) {
        int start = 0;
        while (start < scope.length()) {
            int dot = scope.indexOf('.', start);
            forks.accept(scope.substring(0, Math.max(0, start - 1)), Integer.parseInt(scope, start, dot, 10));
            int slash = scope.indexOf('/', dot);
            start = slash < 0 ? scope.length() : slash + 1;
        }
    }
}
