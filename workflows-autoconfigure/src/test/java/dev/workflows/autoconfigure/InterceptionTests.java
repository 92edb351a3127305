package dev.workflows.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.workflows.Step;
import dev.workflows.Workflow;
import dev.workflows.WorkflowBinding;
import dev.workflows.WorkflowEntrypoint;
import dev.workflows.WorkflowEvent;
import dev.workflows.WorkflowStep;
import dev.workflows.autoconfigure.Instances.Journal;
import dev.workflows.test.TestApplication;
import dev.workflows.test.TestDatabase;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Lazy;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.annotation.Transactional;

/** Which calls are steps: each workflow here is entered twice, and its steps once. */
class InterceptionTests {

    /** Enters {@code run} again between its steps and its end. */
    abstract static class Twice implements WorkflowEntrypoint<String, String> {

        @Autowired
        Journal journal;

        @Override
        public String run(WorkflowEvent<String> event, WorkflowStep step) {
            journal.write("run");
            String result = steps();
            step.sleep("nap", "1");
            return result;
        }

        abstract String steps();

        String body(String name) {
            journal.write(name);
            return name;
        }
    }

    static class Helper {

        @Autowired
        Journal journal;

        @Step
        public String ofAnotherBean() {
            journal.write("ofAnotherBean");
            return "ofAnotherBean";
        }

        @Step
        String packagePrivateOfAnotherBean() {
            journal.write("packagePrivateOfAnotherBean");
            return "packagePrivateOfAnotherBean";
        }
    }

    @Workflow
    static class Everywhere extends Twice {

        @Autowired
        Helper helper;

        @Override
        String steps() {
            return String.join(
                    " ",
                    packagePrivate(),
                    this.protectedOne(),
                    publicOne(),
                    helper.ofAnotherBean(),
                    helper.packagePrivateOfAnotherBean());
        }

        @Step
        String packagePrivate() {
            return body("packagePrivate");
        }

        @Step
        protected String protectedOne() {
            return body("protectedOne");
        }

        @Step
        public String publicOne() {
            return body("publicOne");
        }
    }

    @Test
    void interceptsCallsOnThisAndOnOtherBeansWhateverTheirVisibility() {
        on(
                context -> {
                    assertThat(Instances.<String>run(context, Everywhere.class))
                            .isEqualTo(
                                    "packagePrivate protectedOne publicOne ofAnotherBean packagePrivateOfAnotherBean");
                    assertThat(journal(context))
                            .containsExactly(
                                    "run",
                                    "packagePrivate",
                                    "protectedOne",
                                    "publicOne",
                                    "ofAnotherBean",
                                    "packagePrivateOfAnotherBean",
                                    "run");
                },
                Everywhere.class,
                Helper.class);
    }

    record Item(String name, List<Integer> sizes) {}

    abstract static class Loads<T> extends Twice {

        abstract T make();

        @Step
        T load() {
            body("load");
            return make();
        }
    }

    @Workflow
    static class LoadsItems extends Loads<List<Item>> {

        @Override
        List<Item> make() {
            return List.of(new Item("shoe", List.of(41, 42)));
        }

        @Override
        String steps() {
            Item first = load().get(0);
            return first.name() + first.sizes();
        }
    }

    @Test
    void readsBackWhatAStepOfAGenericSuperclassReturns() {
        on(
                context -> {
                    assertThat(Instances.<String>run(context, LoadsItems.class)).isEqualTo("shoe[41, 42]");
                    assertThat(journal(context)).containsExactly("run", "load", "run");
                },
                LoadsItems.class);
    }

    abstract static class Maps<K, V> extends Twice {

        @Step
        Map<String, List<V>> byName(V value) {
            body("byName");
            return Map.of("all", List.of(value));
        }

        @Step
        @SuppressWarnings("unchecked")
        V[] array(V value) {
            body("array");
            V[] array = (V[]) Array.newInstance(value.getClass(), 1);
            array[0] = value;
            return array;
        }
    }

    abstract static class MapsByNumber<T> extends Maps<Integer, T> {}

    @Workflow
    static class MapsItems extends MapsByNumber<Item> {
        @Override
        String steps() {
            Item shoe = new Item("shoe", List.of());
            return byName(shoe).get("all").get(0).name() + array(shoe)[0].name();
        }
    }

    @Test
    void resolvesTypeVariablesWhereverTheyStand() {
        on(
                context -> {
                    assertThat(Instances.<String>run(context, MapsItems.class)).isEqualTo("shoeshoe");
                    assertThat(journal(context)).containsExactly("run", "byName", "array", "run");
                },
                MapsItems.class);
    }

    abstract static class Echo<T> implements WorkflowEntrypoint<T, List<T>> {
        @Override
        public List<T> run(WorkflowEvent<T> event, WorkflowStep step) {
            return List.of(event.payload());
        }
    }

    @Workflow
    static class EchoItems extends Echo<Item> {}

    static class Shop {
        final WorkflowBinding<Item, List<Item>> binding;

        Shop(WorkflowBinding<Item, List<Item>> binding) {
            this.binding = binding;
        }
    }

    @Test
    void resolvesTheTypesOfParamsAndOutputOfAGenericSuperclass() {
        Item shoe = new Item("shoe", List.of(1));
        on(
                context -> assertThat(Instances.complete(
                                context.getBean(Shop.class).binding.create(shoe)))
                        .isEqualTo(List.of(shoe)),
                EchoItems.class,
                Shop.class);
    }

    abstract static class Greets extends Twice {

        @Step(name = "greet")
        String greet() {
            return body("greet above");
        }

        @Step(name = "part")
        String part() {
            return body("part above");
        }
    }

    @Workflow
    static class GreetsAnew extends Greets {

        @Override
        String steps() {
            return greet() + ", " + part();
        }

        @Override
        String greet() {
            return body("greet below, " + super.greet());
        }

        @Override
        @Step(name = "part below")
        String part() {
            return body("part below");
        }
    }

    @Test
    void anOverriddenStepIsOneStepUnderItsOwnNameOrElseTheInheritedOne() {
        on(
                context -> {
                    assertThat(Instances.<String>run(context, GreetsAnew.class))
                            .isEqualTo("greet below, greet above, part below");
                    assertThat(journal(context))
                            .containsExactly("run", "greet above", "greet below, greet above", "part below", "run");
                    assertThat(Instances.stored(context)).containsExactly("greet", "part below");
                },
                GreetsAnew.class);
    }

    abstract static class Saves<T> extends Twice {

        abstract T make();

        @Override
        String steps() {
            return save(make()).toString();
        }

        @Step(name = "save")
        abstract Object save(T item);

        @Step(name = "annotated above only")
        T check(T item) {
            throw new UnsupportedOperationException();
        }
    }

    @Workflow
    static class SavesItems extends Saves<Item> {

        @Override
        Item make() {
            return check(new Item("hat", List.of()));
        }

        @Override
        @Step(name = "save")
        String save(Item item) {
            return body("save " + item.name());
        }

        @Override
        Item check(Item item) {
            body("check " + item.name());
            return item;
        }
    }

    @Test
    void aMethodAndItsBridgesAreOneStep() {
        on(
                context -> {
                    assertThat(Instances.<String>run(context, SavesItems.class)).isEqualTo("save hat");
                    assertThat(journal(context)).containsExactly("run", "check hat", "save hat", "run");
                    assertThat(Instances.stored(context)).containsExactly("annotated above only", "save");
                },
                SavesItems.class);
    }

    abstract static class Hidden extends Twice {
        @Step
        public List<Item> load() {
            return List.of(new Item(body("load"), List.of()));
        }
    }

    /** Public where its superclass is not: the compiler adds a bridge for {@code load}, to make it accessible. */
    @Workflow
    public static class Visible extends Hidden {
        @Override
        String steps() {
            return load().get(0).name();
        }
    }

    @Test
    void interceptsAPublicStepOfASuperclassThatIsNotPublic() {
        on(
                context -> {
                    assertThat(Instances.<String>run(context, Visible.class)).isEqualTo("load");
                    assertThat(journal(context)).containsExactly("run", "load", "run");
                },
                Visible.class);
    }

    interface Audits {
        Journal journal();

        @Step
        default String audit() {
            journal().write("audit");
            return "audit";
        }
    }

    @Workflow
    static class Audited extends Twice implements Audits {

        @Override
        public Journal journal() {
            return journal;
        }

        @Override
        String steps() {
            return audit();
        }
    }

    @Test
    void interceptsADefaultMethodOfAnInterface() {
        on(
                context -> {
                    assertThat(Instances.<String>run(context, Audited.class)).isEqualTo("audit");
                    assertThat(journal(context)).containsExactly("run", "audit", "run");
                },
                Audited.class);
    }

    @Workflow
    static class Nested extends Twice {

        @Autowired
        Helper helper;

        @Override
        String steps() {
            return outer();
        }

        @Step
        String outer() {
            return body("outer " + inner() + " " + helper.ofAnotherBean());
        }

        @Step
        String inner() {
            return body("inner");
        }
    }

    @Test
    void aStepWithinAStepIsPartOfItAndStoresNothing() {
        on(
                context -> {
                    assertThat(Instances.<String>run(context, Nested.class)).isEqualTo("outer inner ofAnotherBean");
                    assertThat(journal(context))
                            .containsExactly("run", "inner", "ofAnotherBean", "outer inner ofAnotherBean", "run");
                    assertThat(Instances.stored(context)).containsExactly("outer");
                },
                Nested.class,
                Helper.class);
    }

    @Test
    void outsideAnInstanceAStepIsAnOrdinaryMethod() {
        on(
                context -> {
                    Nested workflow = context.getBean(Nested.class);
                    assertThat(workflow.inner()).isEqualTo("inner");
                    assertThat(workflow.inner()).isEqualTo("inner");
                    assertThat(context.getBean(Helper.class).ofAnotherBean()).isEqualTo("ofAnotherBean");
                    assertThat(journal(context)).containsExactly("inner", "inner", "ofAnotherBean");
                    assertThat(Instances.stored(context)).isEmpty();
                },
                Nested.class,
                Helper.class);
    }

    @Workflow
    static class Writes extends Twice {

        @Autowired
        JdbcClient jdbc;

        @Autowired
        @Lazy
        Writes self;

        @Autowired
        WritesToo other;

        @Override
        String steps() {
            return write("this") + self.write("self") + self.plain() + other.write("other");
        }

        @Step
        @Transactional
        public String write(String row) {
            jdbc.sql("insert into ledger (id) values (?)").param(row).update();
            return body(row) + " ";
        }

        @Step
        public String plain() {
            return body("plain") + " ";
        }
    }

    static class WritesToo {

        @Autowired
        JdbcClient jdbc;

        @Step(name = "write too")
        @Transactional
        public String write(String row) {
            jdbc.sql("insert into ledger (id) values (?)").param(row).update();
            return row;
        }
    }

    static class Ledger {
        @Autowired
        Ledger(JdbcClient jdbc) {
            jdbc.sql("create table ledger (id varchar(20) not null)").update();
        }
    }

    @Test
    void interceptsTransactionalStepsOnThisAndThroughTheProxyOfTheWorkflow() {
        on(
                context -> {
                    assertThat(Instances.<String>run(context, Writes.class)).isEqualTo("this self plain other");
                    assertThat(journal(context)).containsExactly("run", "this", "self", "plain", "run");
                    assertThat(Instances.stored(context)).containsExactly("plain", "write", "write", "write too");
                    assertThat(ledger(context)).containsExactly("this", "self", "other");
                },
                Ledger.class,
                Writes.class,
                WritesToo.class);
    }

    @Test
    void aTransactionalStepOutsideAnInstanceIsAnOrdinaryTransactionalMethod() {
        on(
                context -> {
                    assertThat(context.getBean(Writes.class).write("outside")).isEqualTo("outside ");
                    assertThat(ledger(context)).containsExactly("outside");
                },
                Ledger.class,
                Writes.class,
                WritesToo.class);
    }

    interface Mailer {
        String send(String text);
    }

    static class SmtpMailer implements Mailer {

        @Autowired
        Journal journal;

        @Override
        @Step(name = "send mail")
        public String send(String text) {
            journal.write(text);
            return text;
        }
    }

    @Workflow
    static class SendsMail extends Twice {

        @Autowired
        JdbcClient jdbc;

        @Autowired
        Mailer mailer;

        @Override
        String steps() {
            return mailer.send("hello") + write();
        }

        @Step
        @Transactional
        String write() {
            jdbc.sql("insert into ledger (id) values ('x')").update();
            return body(" world");
        }
    }

    @Test
    void interceptsBeansThatAreProxiedByTheirInterfaces() {
        String url = TestDatabase.H2.newUrl();
        try (ConfigurableApplicationContext context = TestApplication.on(
                        url, Journal.class, Ledger.class, SendsMail.class, SmtpMailer.class)
                .with("spring.aop.proxy-target-class=false")
                .start()) {
            assertThat(context.getBean(Mailer.class)).isNotInstanceOf(SmtpMailer.class);
            assertThat(Instances.<String>run(context, SendsMail.class)).isEqualTo("hello world");
            assertThat(journal(context)).containsExactly("run", "hello", " world", "run");
            assertThat(Instances.stored(context)).containsExactly("send mail", "write");
        }
    }

    private static void on(Consumer<ConfigurableApplicationContext> test, Class<?>... beans) {
        List<Class<?>> all = new ArrayList<>(List.of(beans));
        all.add(Journal.class);
        try (ConfigurableApplicationContext context = TestApplication.on(
                        TestDatabase.H2.newUrl(), all.toArray(Class<?>[]::new))
                .start()) {
            test.accept(context);
        }
    }

    private static List<String> journal(ConfigurableApplicationContext context) {
        return context.getBean(Journal.class).lines();
    }

    private static List<String> ledger(ConfigurableApplicationContext context) {
        return context.getBean(JdbcClient.class)
                .sql("select id from ledger")
                .query(String.class)
                .list();
    }
}
