package dev.penstock.storage.kv;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RowHashTest {

    private static long hash(String text) {
        return RowHash.of(text.getBytes(StandardCharsets.US_ASCII), 0);
    }

    /** Published vectors of XXH64 with seed 0: every tail length and the long form. */
    @Test
    void shouldBeXxh64() {
        assertThat(hash("")).isEqualTo(0xEF46DB3751D8E999L);
        assertThat(hash("a")).isEqualTo(0xD24EC4F1A98C6E5BL);
        assertThat(hash("abc")).isEqualTo(0x44BC2CF5AD770999L);
        assertThat(hash("Nobody inspects the spammish repetition")).isEqualTo(0xFBCEA83C8A378BF1L);
    }

    @Test
    void shouldTellKeyFromValue() {
        assertThat(RowHash.of(new byte[] {1, 2}, new byte[] {3}))
                .isNotEqualTo(RowHash.of(new byte[] {1}, new byte[] {2, 3}));
    }

    @Test
    void shouldNotCollideOnNeighbours() {
        Set<Long> seen = new HashSet<>();
        byte[] key = new byte[21];
        new Random(1).nextBytes(key);
        for (int bit = 0; bit < key.length * 8; bit++) {
            byte[] other = key.clone();
            other[bit / 8] ^= (byte) (1 << (bit % 8));
            seen.add(RowHash.of(other, key));
            seen.add(RowHash.of(key, other));
        }
        assertThat(seen).hasSize(key.length * 16);
    }
}
