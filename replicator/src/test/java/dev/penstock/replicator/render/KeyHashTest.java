package dev.penstock.replicator.render;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KeyHashTest {

    private static long hash(String schema, String table, String key) {
        byte[] json = ("??" + key).getBytes(StandardCharsets.UTF_8);
        return new KeyHash(schema, table).of(json, 2, json.length);
    }

    /** Kept in logs: must never change. Computed by another program from the description. */
    @Test
    void shouldStayAsItIs() {
        assertThat(Long.toHexString(hash("public", "orders", "{\"id\":42}"))).isEqualTo("8190d9f51682f998");
    }

    @Test
    void shouldTellTablesApart() {
        assertThat(Set.of(hash("a", "bc", "{}"), hash("ab", "c", "{}"), hash("a", "b", "c{}"), hash("", "abc", "{}")))
                .hasSize(4);
    }

    @Test
    void shouldSpread() {
        Set<Long> seen = new HashSet<>();
        int[] low = new int[16];
        int[] high = new int[16];
        for (int id = 0; id < 160_000; id++) {
            long hash = hash("public", "orders", "{\"id\":" + id + "}");
            assertThat(hash).isNotZero();
            seen.add(hash);
            low[(int) (hash & 15)]++;
            high[(int) (hash >>> 60)]++;
        }
        assertThat(seen).hasSize(160_000);
        for (int i = 0; i < 16; i++) {
            assertThat(low[i]).isBetween(9_500, 10_500);
            assertThat(high[i]).isBetween(9_500, 10_500);
        }
    }
}
