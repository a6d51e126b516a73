package dev.penstock.broker.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class MasterKeyTest {

    private static final String TEXT = "0123456789abcdef0123456789abcdef";

    private final MasterKey master = new MasterKey(TEXT);
    private final SecureRandom random = new SecureRandom();

    @Test
    void shouldOpenWhatItSealed() {
        byte[] sealed = master.seal("app", "a secret", random);

        assertThat(master.open("app", sealed)).contains("a secret");
        assertThat(new String(sealed, java.nio.charset.StandardCharsets.ISO_8859_1))
                .doesNotContain("a secret");
        assertThat(master.seal("app", "a secret", random)).isNotEqualTo(sealed);
    }

    @Test
    void shouldNotOpenForAnotherKey() {
        byte[] sealed = master.seal("app", "a secret", random);

        assertThat(master.open("app2", sealed)).isEmpty();
        assertThat(master.fits(sealed)).isTrue();
    }

    @Test
    void shouldNotOpenUnderAnotherMasterKey() {
        byte[] sealed = master.seal("app", "a secret", random);
        MasterKey other = new MasterKey(TEXT.replace('0', '1'));

        assertThat(other.open("app", sealed)).isEmpty();
        assertThat(other.fits(sealed)).isFalse();
        assertThat(other.fingerprint()).isNotEqualTo(MasterKey.fingerprintOf(sealed));
        assertThat(master.fingerprint()).isEqualTo(MasterKey.fingerprintOf(sealed));
    }

    @Test
    void shouldNotOpenWhatWasChanged() {
        byte[] sealed = master.seal("app", "a secret", random);
        for (int i = 0; i < sealed.length; i++) {
            byte[] changed = sealed.clone();
            changed[i] ^= 1;
            assertThat(master.open("app", changed)).as("byte " + i).isEmpty();
            assertThat(master.open("app", Arrays.copyOf(sealed, i))).isEmpty();
        }
    }

    /** A sealed secret is stored format: a later version opens it. */
    @Test
    void shouldOpenWhatAReleasedVersionSealed() {
        byte[] sealed = HexFormat.of()
                .parseHex(
                        "01dc7bba70da9ff7d5c984d3c12405ae2a3c005533040b4eb27d98e9ffe232fcc65a61c421e895a6ac04c7a10e63c64b58237b04");

        assertThat(master.open("orders-app", sealed)).contains("released secret");
    }

    @Test
    void shouldWantEnoughOfIt() {
        assertThatThrownBy(() -> new MasterKey("short")).isInstanceOf(IllegalArgumentException.class);
        assertThat(master.toString()).doesNotContain(TEXT);
    }
}
