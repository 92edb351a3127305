package dev.workflows.autoconfigure;

import dev.workflows.PayloadCodec;
import dev.workflows.engine.WorkflowDefinitionException;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;

/** How payloads are stored: as the application's own codec has it, or encrypted as configured, or as plain JSON. */
final class PayloadCodecChoice {

    private PayloadCodecChoice() {}

    /**
     * @return null for plain JSON
     * @throws WorkflowDefinitionException if there is no way to choose, or the configured keys cannot be used
     */
    static @Nullable PayloadCodec choose(ListableBeanFactory beans, WorkflowsProperties.Encryption encryption) {
        PayloadCodec configured = ConfiguredEncryption.codec(encryption);
        ObjectProvider<PayloadCodec> codecs = beans.getBeanProvider(PayloadCodec.class);
        PayloadCodec own = codecs.getIfUnique();
        if (own == null && codecs.stream().findAny().isPresent()) {
            throw new WorkflowDefinitionException(
                    "There are several PayloadCodec beans, %s: what one has stored, another could not read"
                            .formatted(names(beans)),
                    "Keep one, or mark the one that calls the others as @Primary.");
        }
        if (own != null && configured != null) {
            throw new WorkflowDefinitionException(
                    "Payloads are stored by the PayloadCodec bean %s: workflows.encryption would have no effect"
                            .formatted(names(beans)),
                    "Remove the bean or the properties; an AesGcmPayloadCodec in the bean can have the same keys.");
        }
        return own == null ? configured : own;
    }

    private static String names(ListableBeanFactory beans) {
        String[] names = BeanFactoryUtils.beanNamesForTypeIncludingAncestors(beans, PayloadCodec.class);
        return "\"" + String.join("\" and \"", names) + "\"";
    }
}
