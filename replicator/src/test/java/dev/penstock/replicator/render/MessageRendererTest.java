package dev.penstock.replicator.render;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.penstock.replicator.pgoutput.PgOutputMessage;
import dev.penstock.storage.model.Lsn;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class MessageRendererTest {

    private static PgOutputMessage.Logical message(byte[] bytes, int start) {
        return new PgOutputMessage.Logical(true, new Lsn(1), "q", bytes, start, bytes.length);
    }

    @Test
    void shouldWriteBytesInBase64AndTextAsText() throws EventTooLargeException {
        byte[] bytes = {'?', (byte) 0xff, 0, 'a', 'b'};
        assertThat(new String(MessageRenderer.logical(message(bytes, 1), new JsonBytes(100)), StandardCharsets.UTF_8))
                .isEqualTo(
                        "{\"prefix\":\"q\",\"content\":\"/wBhYg==\",\"transactional\":true,\"encoding\":\"base64\"}");
        assertThat(new String(MessageRenderer.logical(message(bytes, 3), new JsonBytes(100)), StandardCharsets.UTF_8))
                .isEqualTo("{\"prefix\":\"q\",\"content\":\"ab\",\"transactional\":true}");
    }

    /** A copy and its base64 would be three times the message, beside it, and for nothing. */
    @Test
    void shouldRefuseWhatIsTooLargeBeforeItIsCopied() {
        // given
        byte[] bytes = new byte[8 << 20];
        Arrays.fill(bytes, (byte) 0xff);
        JsonBytes out = new JsonBytes(10 << 20);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();

        // when, then: it would fit as it is, not in base64
        assertThatThrownBy(() -> MessageRenderer.logical(message(bytes, 0), out))
                .isInstanceOf(EventTooLargeException.class);
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(bytes.length);
    }
}
