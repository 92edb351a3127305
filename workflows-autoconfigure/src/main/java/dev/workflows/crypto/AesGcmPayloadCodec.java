package dev.workflows.crypto;

import dev.workflows.PayloadCodec;
import dev.workflows.PayloadContext;
import dev.workflows.PayloadException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * Encrypts payloads with AES-GCM, so that whoever reads the database does not read them, and whoever writes to it cannot
 * change them unnoticed or move them to another instance. With {@code workflows.encryption} the library makes one itself; an
 * application that has its keys from elsewhere makes one in a {@code @Bean} method.
 *
 * <p>Keys have ids, so that they can be changed: one encrypts, and each decrypts what it has encrypted. To change the key,
 * give the new one to all nodes, then make it the active one, and remove the old one when no instance is kept that holds
 * anything encrypted with it. Do so before a key has encrypted four billion (2<sup>32</sup>) payloads, since each is given a
 * random nonce of 96 bits.
 *
 * <p>What was stored before there was encryption is plain JSON, and read as such. While that is so, somebody who writes to
 * the database can put plain JSON in the place of what is encrypted; {@link #refusingPlainText()} ends it.
 *
 * <p>What is stored is {@code aes-gcm:<key id>:} and then, in Base64, the nonce, the encrypted JSON and the tag.
 */
public final class AesGcmPayloadCodec implements PayloadCodec {

    private static final String PREFIX = "aes-gcm:";
    private static final Pattern KEY_ID = Pattern.compile("[a-zA-Z0-9._-]{1,64}");
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final String activeKey;
    private final Map<String, SecretKey> keys;
    private final boolean plainTextRefused;
    private final SecureRandom random = new SecureRandom();

    /**
     * @param activeKey the id of the key that encrypts
     * @param keys AES keys of 16, 24 or 32 bytes, by ids of 1 to 64 letters, digits, {@code .}, {@code _} and {@code -}
     * @throws IllegalArgumentException if an id is malformed, a key is none for AES, or the active one is not among them
     */
    public AesGcmPayloadCodec(String activeKey, Map<String, SecretKey> keys) {
        this(activeKey, Map.copyOf(keys), false);
        this.keys.forEach(AesGcmPayloadCodec::refuseUnusable);
        if (!keys.containsKey(activeKey)) {
            throw new IllegalArgumentException(
                    "The active key \"%s\" is not among the keys: there are %s".formatted(activeKey, ids()));
        }
    }

    private AesGcmPayloadCodec(String activeKey, Map<String, SecretKey> keys, boolean plainTextRefused) {
        this.activeKey = activeKey;
        this.keys = keys;
        this.plainTextRefused = plainTextRefused;
    }

    /** The same, but for an application that has never stored plain JSON, or keeps none any more: it reads none. */
    public AesGcmPayloadCodec refusingPlainText() {
        return new AesGcmPayloadCodec(activeKey, keys, true);
    }

    private static void refuseUnusable(String id, SecretKey key) {
        if (!KEY_ID.matcher(id).matches()) {
            throw new IllegalArgumentException(
                    "The key id \"%s\" is malformed: use 1 to 64 letters, digits, \".\", \"_\" and \"-\""
                            .formatted(id));
        }
        try {
            cipher().init(Cipher.ENCRYPT_MODE, key);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("The key \"%s\" cannot be used (%s): an AES key has 16, 24 or 32 bytes"
                    .formatted(id, e.getMessage()));
        }
    }

    @Override
    public String encode(String json, PayloadContext context) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            byte[] encrypted = cipher(Cipher.ENCRYPT_MODE, activeKey, nonce, context)
                    .doFinal(json.getBytes(StandardCharsets.UTF_8));
            byte[] both = ByteBuffer.allocate(nonce.length + encrypted.length)
                    .put(nonce)
                    .put(encrypted)
                    .array();
            return PREFIX + activeKey + ":" + Base64.getEncoder().encodeToString(both);
        } catch (GeneralSecurityException e) {
            throw new PayloadException("Encryption with the key \"%s\" failed".formatted(activeKey), e);
        }
    }

    @Override
    public String decode(String stored, PayloadContext context) {
        // no JSON begins like this
        if (!stored.startsWith(PREFIX)) {
            return plain(stored);
        }
        int end = stored.indexOf(':', PREFIX.length());
        String key = end < 0 ? "" : stored.substring(PREFIX.length(), end);
        if (!KEY_ID.matcher(key).matches()) {
            throw new PayloadException("it was changed in the database: the id of its key is malformed");
        }
        if (!keys.containsKey(key)) {
            throw new PayloadException(
                    "it was encrypted with the key \"%s\", which this node does not have: there are %s. Configure that key too, for as long as instances hold what it encrypted"
                            .formatted(key, ids()));
        }
        try {
            return decrypt(key, Base64.getDecoder().decode(stored.substring(end + 1)), context);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new PayloadException(
                    "it does not decrypt with the key \"%s\": it was changed in the database, belongs to another instance, or was encrypted with another key of that id"
                            .formatted(key),
                    e);
        }
    }

    private String plain(String stored) {
        if (plainTextRefused) {
            throw new PayloadException(
                    "it is not encrypted, and plain text is refused: it was changed in the database, or stored before there was encryption");
        }
        return stored;
    }

    private String decrypt(String key, byte[] both, PayloadContext context) throws GeneralSecurityException {
        if (both.length < NONCE_BYTES) {
            throw new IllegalArgumentException("no nonce");
        }
        byte[] nonce = Arrays.copyOf(both, NONCE_BYTES);
        byte[] json =
                cipher(Cipher.DECRYPT_MODE, key, nonce, context).doFinal(both, NONCE_BYTES, both.length - NONCE_BYTES);
        return new String(json, StandardCharsets.UTF_8);
    }

    private Cipher cipher(int mode, String key, byte[] nonce, PayloadContext context) throws GeneralSecurityException {
        Cipher cipher = cipher();
        cipher.init(mode, keys.get(key), new GCMParameterSpec(TAG_BITS, nonce));
        // names and ids hold no control characters, so a zero character between them cannot be mistaken
        String whose = String.join("\0", key, context.workflowName(), context.instanceId());
        cipher.updateAAD(whose.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }

    private static Cipher cipher() throws GeneralSecurityException {
        return Cipher.getInstance("AES/GCM/NoPadding");
    }

    private String ids() {
        return keys.isEmpty() ? "none" : "\"" + String.join("\", \"", new TreeSet<>(keys.keySet())) + "\"";
    }

    /** Without the keys themselves. */
    @Override
    public String toString() {
        return "AesGcmPayloadCodec with the keys %s, active \"%s\"".formatted(ids(), activeKey);
    }
}
