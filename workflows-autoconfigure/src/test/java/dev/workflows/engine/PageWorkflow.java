package dev.workflows.engine;

import dev.workflows.Workflow;
import dev.workflows.WorkflowBinding;
import dev.workflows.WorkflowEntrypoint;
import dev.workflows.WorkflowEvent;
import dev.workflows.WorkflowStep;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationContext;

/** A workflow that others start: with types of its own, and an end that a test can keep it from. */
@Workflow
class PageWorkflow implements WorkflowEntrypoint<PageWorkflow.Topic, PageWorkflow.Page> {

    /** @param held whether it waits for {@link #letGo} */
    record Topic(String name, boolean held) {

        static Topic of(String name) {
            return new Topic(name, false);
        }

        static Topic held(String name) {
            return new Topic(name, true);
        }
    }

    sealed interface Block permits Text, Picture {}

    record Text(String text) implements Block {}

    record Picture(int width) implements Block {}

    record Page(LocalDate day, List<Block> blocks) {

        static Page of(String name) {
            return new Page(LocalDate.EPOCH, List.of(new Text(name), new Picture(7)));
        }
    }

    private final Map<String, CountDownLatch> held = new ConcurrentHashMap<>();

    @SuppressWarnings("unchecked")
    static WorkflowBinding<Topic, Page> binding(ApplicationContext application) {
        return (WorkflowBinding<Topic, Page>) application.getBean("PAGE_WORKFLOW");
    }

    static void letGo(ApplicationContext application, String topic) {
        application.getBean(PageWorkflow.class).latch(topic).countDown();
    }

    /** Whether that node holds it. */
    static boolean isHolding(ApplicationContext application, String topic) {
        return application.getBean(PageWorkflow.class).held.containsKey(topic);
    }

    private CountDownLatch latch(String topic) {
        return held.computeIfAbsent(topic, name -> new CountDownLatch(1));
    }

    @Override
    public @Nullable Page run(WorkflowEvent<Topic> event, WorkflowStep step) throws Exception {
        Topic topic = event.payload();
        if (topic.held()) {
            step.call("hold", () -> latch(topic.name()).await());
        }
        step.sleep("ink dries", Duration.ofMillis(1));
        return switch (topic.name()) {
            case "bad" -> throw new IllegalArgumentException("out of ink");
            case "blank" -> null;
            default -> Page.of(topic.name());
        };
    }
}
