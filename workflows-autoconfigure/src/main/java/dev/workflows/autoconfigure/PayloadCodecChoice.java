package dev.workflows.autoconfigure;

import dev.workflows.PayloadCodec;
import dev.workflows.engine.WorkflowDefinitionException;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;

/** How payloads are stored: as the application's own codec has it, or else as plain JSON. */
final class PayloadCodecChoice {

    private PayloadCodecChoice() {}

    /** @throws WorkflowDefinitionException if there is no way to choose */
    static @Nullable PayloadCodec choose(ListableBeanFactory beans) {
        ObjectProvider<PayloadCodec> codecs = beans.getBeanProvider(PayloadCodec.class);
        PayloadCodec chosen = codecs.getIfUnique();
        if (chosen == null && codecs.stream().findAny().isPresent()) {
            String[] names = BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beans, PayloadCodec.class);
            throw new WorkflowDefinitionException(
                    "There are several PayloadCodec beans, \"%s\": what one has stored, another could not read"
                            .formatted(String.join("\" and \"", names)),
                    "Keep one, or mark the one that calls the others as @Primary.");
        }
        return chosen;
    }
}
