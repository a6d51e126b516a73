package dev.penstock.broker.http.sqs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** Published digests of message attributes. */
class MessageAttributesTest {

    @Test
    void shouldDigestAsClientsDo() {
        assertThat(MessageAttributes.md5(Map.of("Foo", "Bar"))).isEqualTo("ae7155c6026991b6d54b11589678bf9c");
        assertThat(MessageAttributes.md5(Map.of("Hello", "There", "General", "Kenobi", "Help.Me", "Me")))
                .isEqualTo("4c360f3fdafd970e05fae2f149d997f5");
        assertThat(MessageAttributes.md5(Map.of("Hello", "There"))).isEqualTo("a311262e065454b75da111d535b8dacd");
    }
}
