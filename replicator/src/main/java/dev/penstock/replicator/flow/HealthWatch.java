package dev.penstock.replicator.flow;

import dev.penstock.replicator.feed.SourceFault;
import dev.penstock.replicator.feed.SourceSession;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.SourceState;
import java.util.concurrent.TimeUnit;

/**
 * Looks every few seconds whether the publication is still the one the source began with (from 18 on a dropped one makes
 * the stream silent instead of failing it), and how much WAL the slot holds back. One thread.
 */
final class HealthWatch {

    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final SourceSession session;
    private final SourceState state;
    private final String publication;
    private long checkedNanos;
    private boolean checked;
    /** What was durable when the publication was last seen: a gap begins there, not where it is noticed. */
    private Lsn durableWhenGood;

    private Lsn walEnd = Lsn.ZERO;
    private long retainedWalBytes = -1;

    HealthWatch(SourceSession session, SourceState state, String publication, long nowNanos) {
        this.session = session;
        this.state = state;
        this.publication = publication;
        this.durableWhenGood = state.bound();
        this.checkedNanos = nowNanos;
    }

    void check(Lsn durable, long nowNanos) throws SourceFault {
        if (checked && nowNanos - checkedNanos < INTERVAL_NANOS) {
            return;
        }
        checked = true;
        checkedNanos = nowNanos;
        SourceSession.Health health = session.health();
        walEnd = walEnd.max(health.walEnd());
        retainedWalBytes = health.retainedWalBytes();
        GapCheck.publication(state, publication, health.publicationOid(), durableWhenGood, health.walEnd());
        durableWhenGood = durable;
    }

    Lsn walEnd() {
        return walEnd;
    }

    long retainedWalBytes() {
        return retainedWalBytes;
    }
}
