package dev.workflows.benchmarks;

import dev.workflows.autoconfigure.WorkflowsAutoConfiguration;
import dev.workflows.store.WorkflowStore;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** What the call of a step costs without a database. Public for JMH, which generates what calls it. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class StepBenchmarks {

    /** Of each instance; what an instance costs besides is shared among them. */
    static final int STEPS = 10_000;

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({AopAutoConfiguration.class, WorkflowsAutoConfiguration.class})
    @Import({CallingWorkflow.class, CallingBean.class})
    static class InMemoryApplication {

        @Bean
        MemoryStore memoryStore() {
            return new MemoryStore(STEPS);
        }

        @Bean
        WorkflowStore workflowStore(MemoryStore memory) {
            return memory.asStore();
        }
    }

    private final CallingWorkflow plain = new CallingWorkflow();
    private ConfigurableApplicationContext application;
    private CallingWorkflow workflow;
    private CallingBean bean;
    private MemoryStore store;

    @Setup
    public void start() {
        application = new SpringApplicationBuilder(InMemoryApplication.class).run();
        workflow = application.getBean(CallingWorkflow.class);
        bean = application.getBean(CallingBean.class);
        store = application.getBean(MemoryStore.class);
    }

    @TearDown
    public void stop() {
        store.close();
        application.close();
    }

    /** The method as it is written. */
    @Benchmark
    public long plain() {
        return plain.call();
    }

    /** The same through the engine's interception on this, with no instance. */
    @Benchmark
    public long outside() {
        return workflow.call();
    }

    /** A step of another bean, through its proxy, with no instance. */
    @Benchmark
    public long outsideOnAnotherBean() {
        return bean.next();
    }

    /** A step that is attempted, and whose checkpoint is stored in no time. */
    @Benchmark
    @OperationsPerInvocation(STEPS)
    public void attempted() throws InterruptedException {
        store.run();
    }

    /** A step that is answered from its checkpoint. */
    @Benchmark
    @OperationsPerInvocation(STEPS)
    public void answered() throws InterruptedException {
        store.replay();
    }
}
