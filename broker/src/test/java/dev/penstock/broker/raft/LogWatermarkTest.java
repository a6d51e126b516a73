package dev.penstock.broker.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogWatermarkTest {
    @TempDir
    Path root;

    @Test
    void shouldRememberTheHighestIndex() throws Exception {
        // given
        Path file = root.resolve("w");
        assertThat(LogWatermark.read(file)).isEqualTo(-1);
        // when
        try (LogWatermark watermark = LogWatermark.open(file)) {
            watermark.advance(7);
            watermark.advance(9);
            watermark.advance(8);
        }
        try (LogWatermark again = LogWatermark.open(file)) {
            again.advance(3);
        }
        // then
        assertThat(LogWatermark.read(file)).isEqualTo(9);
    }

    @Test
    void shouldFallBackToTheOtherSlotAfterATornWrite() throws Exception {
        // given
        Path file = root.resolve("w");
        try (LogWatermark watermark = LogWatermark.open(file)) {
            watermark.advance(7);
            watermark.advance(9);
        }
        // when
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {9, 9, 9}), 4096 + 2);
        }
        // then
        assertThat(LogWatermark.read(file)).isEqualTo(7);
    }
}
