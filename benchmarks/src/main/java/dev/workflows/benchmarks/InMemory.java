package dev.workflows.benchmarks;

import java.util.Map;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Has JMH measure {@link StepBenchmarks}, in a JVM of its own. */
final class InMemory {

    private static final Map<String, String> NAMES = Map.of(
            "plain", "a method's call, ns",
            "outside", "a step's call on this, with no instance, ns",
            "outsideOnAnotherBean", "a step's call on another bean, with no instance, ns",
            "attempted", "a step's call, attempted, its checkpoint stored in no time, ns",
            "answered", "a step's call, answered from its checkpoint, ns");

    private InMemory() {}

    /** The rounds are JMH's iterations. */
    static void measure(Report report) throws RunnerException {
        for (RunResult result : new Runner(new OptionsBuilder()
                        .include(StepBenchmarks.class.getName())
                        .shouldFailOnError(true)
                        .verbosity(VerboseMode.SILENT)
                        .build())
                .run()) {
            BenchmarkParams params = result.getParams();
            String method =
                    params.getBenchmark().substring(params.getBenchmark().lastIndexOf('.') + 1);
            result.getBenchmarkResults().forEach(fork -> {
                for (IterationResult iteration : fork.getIterationResults()) {
                    report.add(
                            "in memory: " + NAMES.getOrDefault(method, method),
                            "%.1f",
                            iteration.getPrimaryResult().getScore());
                }
            });
        }
    }
}
