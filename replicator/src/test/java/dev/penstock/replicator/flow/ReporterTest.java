package dev.penstock.replicator.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.penstock.replicator.feed.ChangeFeed;
import dev.penstock.replicator.feed.SourceFault;
import dev.penstock.storage.model.Lsn;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReporterTest {

    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1_000 * MILLI;

    private final List<String> sent = new ArrayList<>();
    private final FlushTracker flushed = new FlushTracker(new Lsn(16));
    private final Reporter reporter = new Reporter(new Recording(), flushed, 15_000);

    private final class Recording implements ChangeFeed {
        @Override
        public void sendStatus(Lsn written, Lsn durable, boolean ping) {
            sent.add(written + " " + durable + (ping ? " ping" : ""));
        }

        @Override
        public Arrival poll() {
            return Arrival.NOTHING;
        }

        @Override
        public byte[] bytes() {
            return new byte[0];
        }

        @Override
        public int start() {
            return 0;
        }

        @Override
        public int end() {
            return 0;
        }

        @Override
        public int excess() {
            return 0;
        }

        @Override
        public long sendMicros() {
            return 0;
        }

        @Override
        public Lsn walEnd() {
            return Lsn.ZERO;
        }

        @Override
        public boolean replyRequested() {
            return false;
        }
    }

    private boolean report(long nowNanos, long heardNanos, boolean wanted) throws SourceFault {
        return reporter.report(new Lsn(32), wanted, heardNanos, nowNanos);
    }

    @Test
    void shouldReportAtOnceAndThenAThirdOfTheTimeoutApart() throws SourceFault {
        assertThat(report(0, 0, false)).isTrue();
        for (long now = MILLI; now < 5 * SECOND; now += 500 * MILLI) {
            assertThat(report(now, now, false)).isFalse();
        }
        assertThat(report(5 * SECOND, 5 * SECOND, false)).isTrue();
        assertThat(sent).containsExactly("0/20 0/10", "0/20 0/10");
    }

    @Test
    void shouldGatherConfirmations() throws SourceFault {
        report(0, 0, false);
        flushed.stored(new Lsn(17));
        assertThat(report(99 * MILLI, 99 * MILLI, false)).isFalse();
        flushed.stored(new Lsn(18));
        assertThat(report(100 * MILLI, 100 * MILLI, false)).isTrue();
        assertThat(sent.get(1)).isEqualTo("0/20 0/12");
        assertThat(flushed.confirmed()).isEqualTo(new Lsn(18));
    }

    @Test
    void shouldAnswerAServerThatAsksButNotInATightLoop() throws SourceFault {
        report(0, 0, false);
        assertThat(report(5 * MILLI, 5 * MILLI, true)).isFalse();
        assertThat(report(20 * MILLI, 20 * MILLI, true)).isTrue();
        // news for it go out at once
        flushed.stored(new Lsn(99));
        assertThat(report(21 * MILLI, 21 * MILLI, true)).isTrue();
    }

    @Test
    void shouldNotBlameTheServerForItsOwnPause() throws SourceFault {
        report(0, 0, false);
        assertThat(report(60 * SECOND, 0, false)).isTrue();
        assertThat(sent).endsWith("0/20 0/10 ping");
    }

    @Test
    void shouldAskASilentServerAndGiveItUp() throws SourceFault {
        report(0, 0, false);
        assertThat(report(999 * MILLI, 0, false)).isFalse();
        for (int second = 1; second < 20; second++) {
            assertThat(report(second * SECOND, 0, false)).isTrue();
        }
        assertThat(sent).hasSize(20).endsWith("0/20 0/10 ping");
        assertThatThrownBy(() -> report(20 * SECOND, 0, false))
                .isInstanceOf(SourceFault.Retry.class)
                .hasMessageContaining("answered nothing for 20 s");
    }
}
