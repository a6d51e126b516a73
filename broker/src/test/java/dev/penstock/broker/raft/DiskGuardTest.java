package dev.penstock.broker.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class DiskGuardTest {

    private static final long LIMIT = 1_000;

    private long free = 5_000;
    private boolean broken;
    private final DiskGuard guard = new DiskGuard(this::free, LIMIT);

    private long free() throws IOException {
        if (broken) {
            throw new IOException("no such file system");
        }
        return free;
    }

    private void look(long freeBytes) {
        free = freeBytes;
        guard.look();
    }

    @Test
    void shouldRefuseBelowTheLimitAndRecoverByItself() {
        // then: the limit itself is enough
        look(LIMIT);
        assertThat(guard.isFull()).isFalse();

        // when
        look(LIMIT - 1);
        assertThat(guard.isFull()).isTrue();

        // then: not at every byte that comes free
        look(LIMIT + 1);
        assertThat(guard.isFull()).isTrue();
        look(LIMIT + LIMIT / 10);
        assertThat(guard.isFull()).isFalse();
    }

    @Test
    void shouldGiveUpSnapshotsLast() {
        look(LIMIT / 2);
        assertThat(guard.isFull()).isTrue();
        assertThat(guard.hasRoomForSnapshot()).isTrue();

        look(LIMIT / 2 - 1);
        assertThat(guard.hasRoomForSnapshot()).isFalse();
    }

    @Test
    void shouldHoldWhatWasKnownWhileItCannotLook() {
        // given
        look(LIMIT - 1);

        // when
        broken = true;
        look(5_000);
        assertThat(guard.isFull()).isTrue();

        // then
        broken = false;
        look(5_000);
        assertThat(guard.isFull()).isFalse();
    }
}
