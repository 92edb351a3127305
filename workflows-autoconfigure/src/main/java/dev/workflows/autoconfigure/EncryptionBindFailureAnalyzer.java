package dev.workflows.autoconfigure;

import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;

/** Comes before Boot's own analyzer, which prints the value of a property that cannot be bound: here it may be a key. */
final class EncryptionBindFailureAnalyzer extends AbstractFailureAnalyzer<BindException> implements Ordered {

    private static final ConfigurationPropertyName SECRET = ConfigurationPropertyName.of("workflows.encryption");

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, BindException cause) {
        Set<String> names = new TreeSet<>();
        collect(cause.getProperty(), names);
        if (cause.getCause() instanceof UnboundConfigurationPropertiesException unbound) {
            unbound.getUnboundProperties().forEach(property -> collect(property, names));
        }
        return names.isEmpty()
                ? null
                : new FailureAnalysis(
                        "The property \"%s\" is unknown, or not what it should be (its value is not shown)."
                                .formatted(String.join("\", \"", names)),
                        "Set workflows.encryption.keys.<id> to keys in Base64, and workflows.encryption.active-key to "
                                + "the id of one of them.",
                        cause);
    }

    private static void collect(@Nullable ConfigurationProperty property, Set<String> names) {
        if (property != null && (SECRET.equals(property.getName()) || SECRET.isAncestorOf(property.getName()))) {
            names.add(property.getName().toString());
        }
    }

    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE;
    }
}
