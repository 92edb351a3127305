package dev.workflows.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.workflows.PayloadContext;
import dev.workflows.PayloadException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.stream.IntStream;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the database holds of an encrypted payload, and what it takes to read it. */
class AesGcmPayloadCodecTests {

    private static final PayloadContext MINE = new PayloadContext("order-workflow", "order-1");
    private static final String JSON = "{\"card\":\"4111 1111\",\"owner\":\"Zoë 漢 🎉\"}";

    private final AesGcmPayloadCodec codec = new AesGcmPayloadCodec("a", Map.of("a", key(1)));

    @ParameterizedTest
    @ValueSource(ints = {16, 24, 32})
    void readsWhatItHasWrittenWithKeysOfEverySize(int bytes) {
        AesGcmPayloadCodec sized = new AesGcmPayloadCodec("a", Map.of("a", new SecretKeySpec(new byte[bytes], "AES")));

        assertThat(sized.decode(sized.encode(JSON, MINE), MINE)).isEqualTo(JSON);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "\"\"", "[]", "\"aes-gcm:a:AAAA\""})
    void readsSmallPayloadsToo(String json) {
        assertThat(codec.decode(codec.encode(json, MINE), MINE)).isEqualTo(json);
    }

    @Test
    void saysWithWhichKeyAPayloadIsEncryptedAndNothingOfItself() {
        String stored = codec.encode(JSON, MINE);

        assertThat(stored).matches("aes-gcm:a:[A-Za-z0-9+/]+=*").doesNotContain("4111", "card");
        assertThat(new String(
                        Base64.getDecoder().decode(stored.substring(10)), java.nio.charset.StandardCharsets.UTF_8))
                .doesNotContain("4111", "card");
    }

    @Test
    void neverStoresAPayloadTheSameWayTwice() {
        assertThat(IntStream.range(0, 1_000).mapToObj(i -> codec.encode(JSON, MINE)))
                .doesNotHaveDuplicates();
    }

    /** Rows live longer than versions of this library: this one was written by the first. */
    @Test
    void readsWhatAnEarlierVersionHasWritten() {
        assertThat(codec.decode("aes-gcm:a:AAECAwQFBgcICQoLwIT2R1KaJEPcXtb1EUn5kp/3SXdcJwX4wQuqNqKBYEqbIJFQ", MINE))
                .isEqualTo("{\"card\":\"4111 1111\"}");
    }

    @Test
    void readsPlainJsonFromBeforeThereWasEncryption() {
        for (String json : new String[] {JSON, "null", "\"aes-gcm:a:AAAA\"", "42", "[1]", "true"}) {
            assertThat(codec.decode(json, MINE)).isEqualTo(json);
        }
    }

    @Test
    void readsNoPlainJsonWhereThatIsRefused() {
        AesGcmPayloadCodec strict = codec.refusingPlainText();

        assertThat(strict.decode(codec.encode(JSON, MINE), MINE)).isEqualTo(JSON);
        assertThat(strict.encode(JSON, MINE)).startsWith("aes-gcm:a:");
        for (String plain : new String[] {JSON, "null", "", "AES-GCM:a:AAAA"}) {
            assertThatExceptionOfType(PayloadException.class)
                    .isThrownBy(() -> strict.decode(plain, MINE))
                    .withMessageStartingWith("it is not encrypted, and plain text is refused");
        }
    }

    @Test
    void doesNotReadThePayloadOfAnotherInstanceOrWorkflow() {
        String stored = codec.encode(JSON, MINE);

        refused(stored, new PayloadContext("order-workflow", "order-2"));
        refused(stored, new PayloadContext("refund-workflow", "order-1"));
        refused(stored, new PayloadContext("order", "workflow-order-1"));
    }

    @Test
    void doesNotReadUnderAnotherKeyId() {
        AesGcmPayloadCodec twins = new AesGcmPayloadCodec("a", Map.of("a", key(1), "b", key(1)));
        String stored = codec.encode(JSON, MINE);

        assertThat(twins.decode(stored, MINE)).isEqualTo(JSON);
        assertThatExceptionOfType(PayloadException.class)
                .isThrownBy(() -> twins.decode(stored.replace("aes-gcm:a:", "aes-gcm:b:"), MINE));
    }

    @Test
    void noticesEveryChangedCharacter() {
        String stored = codec.encode("\"secret\"", MINE);

        for (int i = "aes-gcm:a:".length(); i < stored.length(); i++) {
            char other = stored.charAt(i) == 'A' ? 'B' : 'A';
            String tampered = stored.substring(0, i) + other + stored.substring(i + 1);
            refused(tampered, MINE);
        }
    }

    @Test
    void noticesWhatIsMissingOrMalformed() {
        String stored = codec.encode(JSON, MINE);

        refused(stored.substring(0, stored.length() - 4), MINE);
        refused("aes-gcm:a:", MINE);
        refused("aes-gcm:a:AAAA", MINE);
        refused("aes-gcm:a:not Base64", MINE);
        for (String prefix : new String[] {"aes-gcm:", "aes-gcm:a", "aes-gcm::AAAA", "aes-gcm:\n:AAAA"}) {
            assertThatExceptionOfType(PayloadException.class)
                    .isThrownBy(() -> codec.decode(prefix, MINE))
                    .withMessage("it was changed in the database: the id of its key is malformed");
        }
    }

    @Test
    void namesAKeyThatItDoesNotHave() {
        AesGcmPayloadCodec other = new AesGcmPayloadCodec("c", Map.of("b", key(2), "c", key(3)));

        assertThatExceptionOfType(PayloadException.class)
                .isThrownBy(() -> other.decode(codec.encode(JSON, MINE), MINE))
                .withMessageStartingWith(
                        "it was encrypted with the key \"a\", which this node does not have: there are \"b\", \"c\"");
    }

    @Test
    void readsWithOldKeysAndWritesWithTheActiveOne() {
        AesGcmPayloadCodec rotated = new AesGcmPayloadCodec("b", Map.of("a", key(1), "b", key(2)));

        assertThat(rotated.decode(codec.encode(JSON, MINE), MINE)).isEqualTo(JSON);
        assertThat(rotated.encode(JSON, MINE)).startsWith("aes-gcm:b:");
        assertThat(rotated.decode(rotated.encode(JSON, MINE), MINE)).isEqualTo(JSON);
    }

    @Test
    void refusesKeysThatItCannotUse() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new AesGcmPayloadCodec("b", Map.of("a", key(1))))
                .withMessage("The active key \"b\" is not among the keys: there are \"a\"");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new AesGcmPayloadCodec("b", Map.of()))
                .withMessageContaining("there are none");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new AesGcmPayloadCodec("a:b", Map.of("a:b", key(1))))
                .withMessageContaining("The key id \"a:b\" is malformed");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new AesGcmPayloadCodec("a", Map.of("a", new SecretKeySpec(new byte[5], "AES"))))
                .withMessageContaining("The key \"a\" cannot be used", "16, 24 or 32 bytes");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new AesGcmPayloadCodec("a", Map.of("a", new SecretKeySpec(new byte[16], "DES"))))
                .withMessageContaining("The key \"a\" cannot be used");
    }

    @Test
    void showsTheIdsOfItsKeysAndNotTheKeys() {
        assertThat(new AesGcmPayloadCodec("b", Map.of("a", key(1), "b", key(2))))
                .hasToString("AesGcmPayloadCodec with the keys \"a\", \"b\", active \"b\"");
    }

    @Test
    void isSharedByThreads() {
        assertThat(IntStream.range(0, 5_000).parallel().filter(i -> {
                    PayloadContext context = new PayloadContext("order-workflow", "order-" + i);
                    return codec.decode(codec.encode("\"" + i + "\"", context), context)
                            .equals("\"" + i + "\"");
                }))
                .hasSize(5_000);
    }

    private void refused(String stored, PayloadContext context) {
        assertThatExceptionOfType(PayloadException.class)
                .isThrownBy(() -> codec.decode(stored, context))
                .withMessageStartingWith("it does not decrypt with the key \"a\"");
    }

    private static SecretKey key(int fill) {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, (byte) fill);
        return new SecretKeySpec(bytes, "AES");
    }
}
