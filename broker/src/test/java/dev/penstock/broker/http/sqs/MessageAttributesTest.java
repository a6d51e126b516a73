package dev.penstock.broker.http.sqs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class MessageAttributesTest {

    private static AttributeValue text(String value) {
        return AttributeValue.ofText(value);
    }

    /** Published vectors, of ElasticMQ's and LocalStack's tests. */
    @Test
    void shouldDigestAsClientsDo() {
        assertThat(MessageAttributes.md5(Map.of("Foo", text("Bar")))).isEqualTo("ae7155c6026991b6d54b11589678bf9c");
        assertThat(MessageAttributes.md5(
                        Map.of("Hello", text("There"), "General", text("Kenobi"), "Help.Me", text("Me"))))
                .isEqualTo("4c360f3fdafd970e05fae2f149d997f5");
        assertThat(MessageAttributes.md5(Map.of("Hello", text("There")))).isEqualTo("a311262e065454b75da111d535b8dacd");
        assertThat(MessageAttributes.md5(Map.of(
                        "attribName1",
                        text("attribValue 1"),
                        "customNumberTypeAttrib",
                        new AttributeValue("Number.float", utf8("4563442423554324324264524243.32543234")),
                        "binaryAttribute",
                        new AttributeValue("Binary", utf8("Hello binary world!")))))
                .isEqualTo("c932db14a896c663f83c260297d594ff");
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void shouldSelectByNamePrefixOrAll() {
        TreeMap<String, AttributeValue> all =
                new TreeMap<>(Map.of("a", text("1"), "a.b", text("2"), "other", text("3")));

        assertThat(MessageAttributes.selected(all, List.of())).isEmpty();
        assertThat(MessageAttributes.selected(all, List.of("All"))).hasSize(3);
        assertThat(MessageAttributes.selected(all, List.of(".*"))).hasSize(3);
        assertThat(MessageAttributes.selected(all, List.of("a.*"))).containsOnlyKeys("a", "a.b");
        assertThat(MessageAttributes.selected(all, List.of("other", "none", "…")))
                .containsOnlyKeys("other");
    }
}
