package dev.penstock.replicator.render;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTextTest {

    private static boolean valid(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return JsonText.isValue(bytes, 0, bytes.length);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1",
                "-0",
                "0.5",
                "1e400",
                "1E-07",
                "\"\"",
                "\"\\u00e9\\n\\/\"",
                "true",
                " null ",
                "[]",
                "[ ]",
                "{}",
                "{ }",
                "[1,[2,{\"a\":[]}],{}]",
                "{\"a\":{\"b\":{}},\"a\":[{}]}",
                "\t{\n\"k\" : [ 1 , 2 ]\r}",
                "\"é😀\""
            })
    void shouldAccept(String text) {
        assertThat(valid(text)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "01",
                "1.",
                ".5",
                "1e",
                "+1",
                "NaN",
                "tru",
                "truex",
                "\"",
                "\"\\x\"",
                "\"\\u12g4\"",
                "\"\n\"",
                "[",
                "]",
                "[1",
                "[1,]",
                "[,1]",
                "[1 2]",
                "{",
                "{\"a\"}",
                "{\"a\":}",
                "{\"a\":1,}",
                "{a:1}",
                "{1:2}",
                "[}",
                "{]",
                "{\"a\":1]",
                "[1}",
                "1 2",
                "[] []",
                "\"a\" x",
                "{\"a\" 1}",
                "nullnull"
            })
    void shouldRefuse(String text) {
        assertThat(valid(text)).isFalse();
    }

    @Test
    void shouldTakeDeepNestingWithoutRecursion() {
        assertThat(valid("[".repeat(8_000) + "]".repeat(8_000))).isTrue();
        assertThat(valid("[".repeat(100_000) + "]".repeat(100_000))).isFalse();
    }
}
