package dev.penstock.replicator.render;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.replicator.pgoutput.TypeFacts;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ValueRenderersTest {

    private final JsonBytes out = new JsonBytes(1 << 20);

    private String render(int type, String text) throws EventTooLargeException {
        return render(type, text.getBytes(StandardCharsets.UTF_8), Map.of());
    }

    private String render(int type, byte[] text, Map<Integer, TypeFacts> types) throws EventTooLargeException {
        out.clear();
        byte[] framed = new byte[text.length + 2];
        framed[0] = '!';
        framed[framed.length - 1] = '!';
        System.arraycopy(text, 0, framed, 1, text.length);
        TypeRenderers.of(type, types).render(framed, 1, framed.length - 1, out);
        return new String(out.copy(0, out.length()), StandardCharsets.UTF_8);
    }

    /** Type oid | text of Postgres | JSON. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "16 | t | true",
                "16 | f | false",
                "21 | -32768 | -32768",
                "20 | 9223372036854775807 | 9223372036854775807",
                "5069 | 18446744073709551615 | 18446744073709551615",
                "1700 | 1.50 | \"1.50\"",
                "1700 | NaN | \"NaN\"",
                "700 | 1.6777216e+07 | 1.6777216e+07",
                "701 | -0 | -0",
                "701 | 1e-07 | 1e-07",
                "701 | Infinity | \"Infinity\"",
                "25 | ~~ | \"\"",
                "25 | NULL | \"NULL\"",
                "17 | \\x00ff10 | \"\\\\x00ff10\"",
                "1082 | 0044-03-15 BC | \"0044-03-15 BC\"",
                "1114 | 2024-02-29 12:34:56 | \"2024-02-29T12:34:56\"",
                "1114 | 0044-03-15 12:00:00 BC | \"0044-03-15T12:00:00 BC\"",
                "1114 | -infinity | \"-infinity\"",
                "1184 | 2024-02-29 07:04:56.789123+00 | \"2024-02-29T07:04:56.789123+00:00\"",
                "1184 | 0001-01-01 00:00:00+00 BC | \"0001-01-01T00:00:00+00:00 BC\"",
                "1184 | 1850-01-01 00:00:00+05:53:28 | \"1850-01-01T00:00:00+05:53:28\"",
                "1184 | infinity | \"infinity\"",
                "114 | { \"a\" :1, \"a\":1e400 } | { \"a\" :1, \"a\":1e400 }",
                "3802 | null | null",
                "1007 | {1,NULL,3} | [1,null,3]",
                "1007 | {} | []",
                "1007 | [0:1][2:2]={{7},{8}} | [[7],[8]]",
                "1009 | {{a,b},{c,NULL}} | [[\"a\",\"b\"],[\"c\",null]]",
                "1009 | {a,\"b c\",\"NULL\",NULL,\"q\\\"u\",\"\\\\\",\"\"} | [\"a\",\"b c\",\"NULL\",null,\"q\\\"u\",\"\\\\\",\"\"]",
                "1001 | {\"\\\\xdead\"} | [\"\\\\xdead\"]",
                "3807 | {\"{\\\"a\\\": 1}\",NULL} | [{\"a\": 1},null]",
                "1185 | {\"2024-01-01 00:00:00+00\",infinity} | [\"2024-01-01T00:00:00+00:00\",\"infinity\"]",
                "1020 | {(1,1),(0,0);(3,3),(2,2)} | [\"(1,1),(0,0)\",\"(3,3),(2,2)\"]",
                "22 | 1 2 3 | [1,2,3]",
                "30 | ~~ | []",
                "99999 | (1,\"q,\"\"w\") | \"(1,\\\"q,\\\"\\\"w\\\")\"",
            })
    void shouldRenderTheTable(int type, String text, String json) throws EventTooLargeException {
        assertThat(render(type, text)).isEqualTo(json);
        assertThat(out.valuesAsText()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "16 | yes | \"yes\"",
                "23 | 12a | \"12a\"",
                "23 | - | \"-\"",
                "23 | ~~ | \"\"",
                "114 | {\"a\" | \"{\\\"a\\\"\"",
                "1007 | {1,2 | \"{1,2\"",
                "1007 | {1,2}x | \"{1,2}x\"",
                "1007 | {,} | \"{,}\"",
                "1007 | {{{{{{{1}}}}}}} | \"{{{{{{{1}}}}}}}\"",
                "1009 | {\"a | \"{\\\"a\"",
            })
    void shouldWriteWhatDoesNotParseAsItsText(int type, String text, String json) throws EventTooLargeException {
        assertThat(render(type, text)).isEqualTo(json);
        assertThat(out.valuesAsText()).isEqualTo(1);
    }

    @Test
    void shouldUnfoldDomainsAndArraysOfThem() throws EventTooLargeException {
        // given: 20001 = domain over int4, 20002 = its array, 20003 = domain over 20002, 20004 = enum, 20005 = its
        // array
        Map<Integer, TypeFacts> types = Map.of(
                20_001, new TypeFacts(23, 0, ','),
                20_002, new TypeFacts(0, 20_001, ','),
                20_003, new TypeFacts(20_002, 0, ','),
                20_004, new TypeFacts(0, 0, ','),
                20_005, new TypeFacts(0, 20_004, ';'),
                20_006, new TypeFacts(20_006, 0, ','));

        // then
        assertThat(render(20_001, new byte[] {'7'}, types)).isEqualTo("7");
        assertThat(render(20_003, "{1,2}".getBytes(StandardCharsets.UTF_8), types))
                .isEqualTo("[1,2]");
        assertThat(render(20_005, "{sad;\"very happy\"}".getBytes(StandardCharsets.UTF_8), types))
                .isEqualTo("[\"sad\",\"very happy\"]");
        assertThat(render(20_006, new byte[] {'x'}, types)).as("a circle ends").isEqualTo("\"x\"");
    }

    @Test
    void shouldEscapeAsPostgresDoes() throws EventTooLargeException {
        assertThat(render(25, "\b\f\n\r\t\"\\/\u0001\u001f\u007fé😀"))
                .isEqualTo("\"\\b\\f\\n\\r\\t\\\"\\\\/\\u0001\\u001f\u007fé😀\"");
    }

    @Test
    void shouldReplaceBytesThatAreNoText() throws EventTooLargeException {
        assertThat(render(25, new byte[] {'a', (byte) 0xe9, 'b', (byte) 0xc3}, Map.of()))
                .isEqualTo("\"a\ufffdb\ufffd\"");
        assertThat(render(114, new byte[] {'"', (byte) 0xe9, '"'}, Map.of())).isEqualTo("\"\\\"\ufffd\\\"\"");
    }

    @Test
    void shouldRefuseToGrowBeyondAnEvent() {
        JsonBytes small = new JsonBytes(2_000);
        byte[] text = new byte[3_000];
        assertThatThrownBy(() -> small.string(text, 0, text.length)).isInstanceOf(EventTooLargeException.class);
        assertThatThrownBy(() -> new JsonBytes(4_000).string(text, 0, text.length))
                .as("each zero byte takes six")
                .isInstanceOf(EventTooLargeException.class);
    }

    @Test
    void shouldAlwaysGiveOneJsonValue() throws EventTooLargeException {
        // given
        long seed = Long.getLong("penstock.seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        int[] types = {16, 20, 25, 700, 114, 1114, 1184, 1007, 1009, 3807, 1020, 22, 1700};
        byte[] letters = "{}[],;\"\\:= +-.0123456789eEtfNULnulrasT\n\u0001é".getBytes(StandardCharsets.UTF_8);

        // then
        for (int i = 0; i < 100_000; i++) {
            byte[] text = new byte[random.nextInt(24)];
            for (int k = 0; k < text.length; k++) {
                text[k] = letters[random.nextInt(letters.length)];
            }
            int type = types[random.nextInt(types.length)];
            String json = render(type, text, Map.of());
            byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
            assertThat(JsonText.isValue(bytes, 0, bytes.length))
                    .as("seed " + seed + ", type " + type + ": " + json)
                    .isTrue();
        }
    }
}
