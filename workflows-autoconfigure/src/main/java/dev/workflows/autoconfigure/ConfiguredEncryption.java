package dev.workflows.autoconfigure;

import dev.workflows.PayloadCodec;
import dev.workflows.crypto.AesGcmPayloadCodec;
import dev.workflows.engine.WorkflowDefinitionException;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** Makes a codec of the keys in {@code application.yml}. No message quotes the value of a key. */
final class ConfiguredEncryption {

    private static final String PREFIX = "workflows.encryption.";
    private static final Set<Integer> KEY_BYTES = Set.of(16, 24, 32);
    private static final String HOW = "Generate a key with \"openssl rand -base64 32\", and keep it secret.";

    private ConfiguredEncryption() {}

    /**
     * @return null if nothing is to be encrypted
     * @throws WorkflowDefinitionException if the keys cannot be used
     */
    static @Nullable PayloadCodec codec(WorkflowsProperties.Encryption encryption) {
        Map<String, SecretKey> keys = new HashMap<>();
        encryption.keys().forEach((id, base64) -> keys.put(id, key(PREFIX + "keys." + id, base64)));
        String activeKey = encryption.activeKey();
        if (activeKey == null || !keys.containsKey(activeKey)) {
            if (activeKey == null && keys.isEmpty() && encryption.acceptPlainText()) {
                return null;
            }
            throw noActiveKey(activeKey, keys.keySet());
        }
        try {
            AesGcmPayloadCodec codec = new AesGcmPayloadCodec(activeKey, keys);
            return encryption.acceptPlainText() ? codec : codec.refusingPlainText();
        } catch (IllegalArgumentException e) {
            throw new WorkflowDefinitionException(PREFIX + "keys: " + e.getMessage(), "Correct the property.");
        }
    }

    private static SecretKey key(String property, String base64) {
        byte[] key;
        try {
            key = Base64.getDecoder().decode(base64.strip());
        } catch (IllegalArgumentException e) {
            throw new WorkflowDefinitionException("The property \"%s\" is not Base64".formatted(property), HOW);
        }
        if (!KEY_BYTES.contains(key.length)) {
            throw new WorkflowDefinitionException(
                    "The property \"%s\" holds %d bytes in Base64: an AES key has 16, 24 or 32"
                            .formatted(property, key.length),
                    HOW);
        }
        return new SecretKeySpec(key, "AES");
    }

    private static WorkflowDefinitionException noActiveKey(@Nullable String activeKey, Set<String> keys) {
        String property = PREFIX + "active-key";
        String found = activeKey == null
                ? "The property \"%s\" is missing: it is not known which key encrypts".formatted(property)
                : "The property \"%s\" names no key: \"%s\"".formatted(property, activeKey);
        return new WorkflowDefinitionException(
                found,
                keys.isEmpty()
                        ? "Add a key as %skeys.%s. %s".formatted(PREFIX, activeKey == null ? "<id>" : activeKey, HOW)
                        : "Use one of \"%s\".".formatted(String.join("\", \"", new TreeSet<>(keys))));
    }
}
