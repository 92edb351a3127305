package dev.workflows.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.workflows.Step;
import dev.workflows.Workflow;
import dev.workflows.WorkflowBinding;
import dev.workflows.WorkflowEntrypoint;
import dev.workflows.WorkflowEvent;
import dev.workflows.WorkflowInstance;
import dev.workflows.WorkflowStep;
import dev.workflows.test.TestApplication;
import dev.workflows.test.TestDatabase;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Scope;

/** A workflow is a bean like any other, and so is its binding. */
class InjectionTests {

    @Configuration(proxyBeanMethods = false)
    static class Lists {
        @Bean
        List<Integer> numbers() {
            return List.of(1, 2, 3);
        }

        @Bean
        List<String> words() {
            return List.of("one", "two");
        }

        @Bean
        String blue() {
            return "blue";
        }

        @Bean
        String red() {
            return "red";
        }
    }

    /** Counts down: each instance but the last creates the next. */
    @Workflow
    static class Countdown implements WorkflowEntrypoint<Integer, String> {

        private final List<String> words;
        private final String colour;
        private final int size;
        private final WorkflowBinding<Integer, String> self;

        Countdown() {
            throw new AssertionError("the other constructor is the one that is marked");
        }

        @Autowired
        Countdown(
                @Qualifier("words") List<String> words,
                @Qualifier("red") String colour,
                @Value("${countdown.size}") int size,
                WorkflowBinding<Integer, String> self) {
            this.words = words;
            this.colour = colour;
            this.size = size;
            this.self = self;
        }

        @Override
        public String run(WorkflowEvent<Integer> event, WorkflowStep step) {
            return event.payload() == 0 ? describe() : next(event.payload() - 1);
        }

        @Step
        String describe() {
            return words + " " + colour + " " + size;
        }

        @Step
        String next(int count) {
            return self.create(count).id();
        }
    }

    @Test
    void injectsConstructorsByTheirAnnotationsAndGenericTypesEvenWithItsOwnBinding() {
        try (ConfigurableApplicationContext context = TestApplication.on(
                        TestDatabase.H2.newUrl(), Lists.class, Countdown.class)
                .with("countdown.size=5")
                .start()) {
            String next = Instances.run(context, Countdown.class, 1);
            WorkflowInstance<String> last =
                    Instances.<Integer, String>binding(context, "COUNTDOWN").get(next);
            assertThat(Instances.complete(last)).isEqualTo("[one, two] red 5");
        }
    }

    @Workflow
    static class Fields implements WorkflowEntrypoint<String, String> {

        @Value("${countdown.size}")
        private int size;

        @Autowired
        private WorkflowBinding<String, String> self;

        private String colour = "none";

        @Autowired
        void setColour(@Qualifier("blue") String colour) {
            this.colour = colour;
        }

        @Override
        public String run(WorkflowEvent<String> event, WorkflowStep step) {
            return describe();
        }

        @Step
        String describe() {
            return size + " " + colour + " " + self.workflowName();
        }
    }

    @Test
    void injectsFieldsAndSetters() {
        try (ConfigurableApplicationContext context = TestApplication.on(
                        TestDatabase.H2.newUrl(), Lists.class, Fields.class)
                .with("countdown.size=7")
                .start()) {
            assertThat(Instances.<String>run(context, Fields.class)).isEqualTo("7 blue fields");
        }
    }

    static final AtomicInteger MADE = new AtomicInteger();

    @Workflow
    @Lazy
    static class MadeLate implements WorkflowEntrypoint<String, Integer> {

        MadeLate() {
            MADE.incrementAndGet();
        }

        @Override
        public Integer run(WorkflowEvent<String> event, WorkflowStep step) {
            return count();
        }

        @Step
        int count() {
            return MADE.get();
        }
    }

    @Test
    void makesALazyWorkflowWhenItsFirstInstanceRuns() {
        MADE.set(0);
        try (ConfigurableApplicationContext context =
                TestApplication.on(TestDatabase.H2.newUrl(), MadeLate.class).start()) {
            assertThat(MADE).hasValue(0);
            assertThat(Instances.<Integer>run(context, MadeLate.class)).isEqualTo(1);
        }
    }

    @Workflow
    @Scope(ConfigurableBeanFactory.SCOPE_PROTOTYPE)
    static class OneEach implements WorkflowEntrypoint<String, Integer> {

        private int steps;

        @Override
        public Integer run(WorkflowEvent<String> event, WorkflowStep step) {
            return count();
        }

        @Step
        int count() {
            return ++steps;
        }
    }

    @Test
    void makesAPrototypeAnewForEachInstance() {
        try (ConfigurableApplicationContext context =
                TestApplication.on(TestDatabase.H2.newUrl(), OneEach.class).start()) {
            assertThat(Instances.<Integer>run(context, OneEach.class)).isEqualTo(1);
            assertThat(Instances.<Integer>run(context, OneEach.class)).isEqualTo(1);
        }
    }

    static class Shared {
        @Step(name = "shared step")
        public String work() {
            return "shared";
        }
    }

    @Workflow
    static class NoStepsOfItsOwn implements WorkflowEntrypoint<String, String> {

        private final Shared shared;

        NoStepsOfItsOwn(Shared shared) {
            this.shared = shared;
        }

        @Override
        public String run(WorkflowEvent<String> event, WorkflowStep step) {
            return shared.work();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class MakesIt {
        @Bean
        NoStepsOfItsOwn made(Shared shared) {
            return new NoStepsOfItsOwn(shared);
        }
    }

    @Test
    void aBeanMethodMayMakeAWorkflowThatHasItsStepsInOtherBeans() {
        try (ConfigurableApplicationContext context = TestApplication.on(
                        TestDatabase.H2.newUrl(), MakesIt.class, Shared.class)
                .start()) {
            assertThat(Instances.<String>run(context, NoStepsOfItsOwn.class)).isEqualTo("shared");
            assertThat(Instances.stored(context)).containsExactly("shared step");
        }
    }

    record Order(String item) {}

    record Receipt(List<String> lines) {}

    @Workflow
    static class Orders implements WorkflowEntrypoint<Order, Receipt> {
        @Override
        public Receipt run(WorkflowEvent<Order> event, WorkflowStep step) {
            return new Receipt(List.of(event.payload().item()));
        }
    }

    @Workflow
    static class Returns implements WorkflowEntrypoint<Order, Receipt> {
        @Override
        public Receipt run(WorkflowEvent<Order> event, WorkflowStep step) {
            return new Receipt(List.of());
        }
    }

    @Workflow
    static class Prices implements WorkflowEntrypoint<List<Order>, Integer> {
        @Override
        public Integer run(WorkflowEvent<List<Order>> event, WorkflowStep step) {
            return event.payload().stream()
                    .mapToInt(order -> order.item().length())
                    .sum();
        }
    }

    static class Controller {

        final WorkflowBinding<Order, Receipt> orders;
        final WorkflowBinding<Order, Receipt> returns;
        final WorkflowBinding<List<Order>, Integer> prices;
        final List<WorkflowBinding<?, ?>> all;

        Controller(
                @Qualifier("ORDERS") WorkflowBinding<Order, Receipt> orders,
                @Qualifier("RETURNS") WorkflowBinding<Order, Receipt> returns,
                WorkflowBinding<List<Order>, Integer> prices,
                List<WorkflowBinding<?, ?>> all) {
            this.orders = orders;
            this.returns = returns;
            this.prices = prices;
            this.all = all;
        }
    }

    @Test
    void injectsBindingsByTheirGenericTypeOrTheirName() {
        try (ConfigurableApplicationContext context = TestApplication.on(
                        TestDatabase.H2.newUrl(), Controller.class, Orders.class, Returns.class, Prices.class)
                .start()) {
            Controller controller = context.getBean(Controller.class);
            assertThat(controller.orders.workflowName()).isEqualTo("orders");
            assertThat(controller.returns.workflowName()).isEqualTo("returns");
            assertThat(controller.all).hasSize(3);
            assertThat(Instances.complete(controller.orders.create(new Order("hat"))))
                    .isEqualTo(new Receipt(List.of("hat")));
            assertThat(Instances.complete(controller.prices.create(List.of(new Order("hat"), new Order("coat")))))
                    .isEqualTo(7);
        }
    }

    static class AsksForNobody {
        AsksForNobody(WorkflowBinding<Integer, Integer> nobody) {}
    }

    @Test
    void doesNotInjectTheBindingOfOtherTypes() {
        StartUp.withoutDatabase(AsksForNobody.class, Orders.class).run(context -> {
            assertThat(context).hasFailed();
            assertThat(StartUp.explanation(context.getStartupFailure()))
                    .contains("required a bean of type 'dev.workflows.WorkflowBinding' that could not be found");
        });
    }
}
