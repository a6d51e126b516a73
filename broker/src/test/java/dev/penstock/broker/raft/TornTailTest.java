package dev.penstock.broker.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TornTailTest {
    private static final int PADDING = 1 << 16;

    @TempDir
    Path current;

    private final List<String> forced = new ArrayList<>();
    private final TornTail tail = new TornTail(new DurableFiles(new Fsync() {
        @Override
        public void file(Path file) {
            forced.add("file " + file.getFileName());
        }

        @Override
        public void directory(Path directory) {
            forced.add("directory");
        }
    }));
    private Path open = Path.of("unset");

    @BeforeEach
    void closedAndOpenSegment() throws Exception {
        open = current.resolve("log_inprogress_10");
        LogFiles.write(current.resolve("log_0-9"), LogFiles.segment(0, 10), 0);
        LogFiles.write(open, LogFiles.segment(10, 20), PADDING);
    }

    @Test
    void shouldKeepAWholeSegmentAsItIsButRewritten() throws Exception {
        // when
        tail.rewriteOpenSegments(current);
        // then
        assertThat(TornTail.lastIndex(current)).isEqualTo(29);
        assertThat(Files.readAllBytes(open)).isEqualTo(LogFiles.segment(10, 20));
        assertThat(forced).contains("directory");
        assertThat(TornTail.firstIndex(current)).isZero();
    }

    @Test
    void shouldCutARecordThatWasHalfWrittenInAPreallocatedFile() throws Exception {
        // given: at every byte of the last record
        byte[] whole = LogFiles.segment(10, 20);
        int lastRecord = whole.length - LogFiles.record(29).length;
        for (int cut = lastRecord + 1; cut < whole.length; cut += 7) {
            byte[] torn = Arrays.copyOf(whole, cut);
            LogFiles.write(open, torn, PADDING);
            // when
            tail.rewriteOpenSegments(current);
            // then
            assertThat(Files.readAllBytes(open)).as("cut at " + cut).isEqualTo(LogFiles.segment(10, 19));
        }
    }

    @Test
    void shouldCutGarbageOfAnySort() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] whole = LogFiles.segment(10, 20);
        for (int round = 0; round < 200; round++) {
            // given
            byte[] garbage = new byte[1 + random.nextInt(3_000)];
            random.nextBytes(garbage);
            byte[] torn = Arrays.copyOf(whole, whole.length + garbage.length);
            System.arraycopy(garbage, 0, torn, whole.length, garbage.length);
            LogFiles.write(open, torn, random.nextBoolean() ? PADDING : 0);
            // when
            tail.rewriteOpenSegments(current);
            // then
            assertThat(Files.readAllBytes(open))
                    .as("seed " + seed + ", round " + round)
                    .isEqualTo(whole);
        }
    }

    @Test
    void shouldTakeAwayASegmentWithoutAnyWholeRecord() throws Exception {
        // given
        Files.write(open, new byte[] {'R', 'a', 'f'});
        // when
        tail.rewriteOpenSegments(current);
        // then
        assertThat(open).doesNotExist();
        assertThat(TornTail.lastIndex(current)).isEqualTo(9);
    }

    @Test
    void shouldNameAClosedSegmentWithAFlippedByte() throws Exception {
        // given
        byte[] flipped = LogFiles.segment(0, 10);
        flipped[flipped.length / 2] ^= 1;
        Files.write(current.resolve("log_0-9"), flipped);
        // then
        assertThatThrownBy(() -> TornTail.nameDamagedSegment(current))
                .isInstanceOf(StartRefused.class)
                .hasMessageContaining("log_0-9")
                .hasMessageContaining("checksum")
                .hasMessageContaining("--join");
    }

    @Test
    void shouldFindNothingWrongWithWholeSegments() throws Exception {
        TornTail.nameDamagedSegment(current);
    }

    /** Ratis drops the closed segments only, and then takes no entry: "gap between entries". */
    @Test
    void shouldDropALogThatEndsBeforeTheSnapshot() throws Exception {
        // when
        tail.dropIfOvertaken(current, 30);
        // then
        assertThat(LogSegments.list(current)).isEmpty();
        assertThat(forced).contains("directory");
    }

    @Test
    void shouldKeepALogThatReachesTheSnapshot() throws Exception {
        // when
        tail.dropIfOvertaken(current, 29);
        tail.dropIfOvertaken(current, -1);
        // then
        assertThat(TornTail.lastIndex(current)).isEqualTo(29);
        assertThat(TornTail.firstIndex(current)).isZero();
    }
}
