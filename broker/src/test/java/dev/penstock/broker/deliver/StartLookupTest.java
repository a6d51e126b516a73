package dev.penstock.broker.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.broker.plan.LogBatches;
import dev.penstock.storage.codec.BatchCodec;
import dev.penstock.storage.kv.InMemoryStore;
import dev.penstock.storage.machine.Command;
import dev.penstock.storage.machine.Machine;
import dev.penstock.storage.machine.MachineView;
import dev.penstock.storage.model.Action;
import dev.penstock.storage.model.ChangeEvent;
import dev.penstock.storage.model.EventBatch;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.SourcePosition;
import dev.penstock.storage.model.StartPosition;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Against a walk through all events. */
class StartLookupTest {

    private final LocalLog log = new LocalLog(new Machine(new InMemoryStore()));
    private final StartLookup lookup = new StartLookup(new LogBatches(1 << 20));
    private final List<SourcePosition> positions = new ArrayList<>();
    private final List<Long> commits = new ArrayList<>();
    private SourcePosition last = SourcePosition.ORIGIN;

    private void append(Random random, int count) {
        EventBatch.Builder batch = new EventBatch.Builder("main", "shop", last);
        for (int i = 0; i < count; i++) {
            boolean goesOn = random.nextBoolean() && last.epoch() > 0;
            last = goesOn
                    ? new SourcePosition(1, last.commitLsn(), last.ordinal() + 1)
                    : new SourcePosition(1, new Lsn(last.commitLsn().value() + 1 + random.nextInt(9)), 0);
            // Commit times are not in commit order.
            long micros =
                    goesOn ? commits.get(commits.size() - 1) : last.commitLsn().value() * 10 - random.nextInt(60);
            batch.add(new ChangeEvent(
                    last,
                    Action.INSERT,
                    Events.ORDERS,
                    micros,
                    1,
                    0,
                    0,
                    false,
                    ChangeEvent.ABSENT,
                    ChangeEvent.ABSENT,
                    ChangeEvent.ABSENT,
                    ChangeEvent.ABSENT));
            positions.add(last);
            commits.add(micros);
        }
        log.append(new Command.Append(1, BatchCodec.encode(batch.build()))).join();
    }

    private long find(StartPosition position) {
        try (MachineView view = log.openView()) {
            var stream = view.stream(1).orElseThrow();
            return lookup.resolved(view, stream, position).resolve(stream.earliest(), stream.end());
        }
    }

    @Test
    void shouldFindTheFirstEventAtOrAfterATimeOrAnLsn() {
        Events.open(log);
        Random random = new Random(7);
        for (int i = 0; i < 40; i++) {
            append(random, 1 + random.nextInt(7));
        }
        long end = positions.size();
        for (long at = -5; at < last.commitLsn().value() + 5; at++) {
            long lsn = at;
            long byLsn = positions.stream()
                    .takeWhile(position -> position.commitLsn().value() < lsn)
                    .count();
            assertThat(find(new StartPosition.AtLsn(new Lsn(Math.max(0, at)), -1)))
                    .isEqualTo(at < 0 ? 0 : byLsn);
        }
        for (long micros = -100; micros < last.commitLsn().value() * 10 + 50; micros += 3) {
            long time = micros;
            long byTime = commits.stream().takeWhile(commit -> commit < time).count();
            assertThat(find(new StartPosition.AtTime(micros, -1))).isEqualTo(byTime);
        }
        assertThat(find(new StartPosition.AtTime(Long.MAX_VALUE, -1))).isEqualTo(end);
        assertThat(find(new StartPosition.AtLsn(new Lsn(Long.MAX_VALUE), -1))).isEqualTo(end);
        assertThat(find(new StartPosition.AtOffset(3))).isEqualTo(3);
    }

    @Test
    void shouldFindTheEndOfAnEmptyStream() {
        Events.open(log);

        assertThat(find(new StartPosition.AtTime(0, -1))).isZero();
        assertThat(find(new StartPosition.AtLsn(new Lsn(1), -1))).isZero();
    }
}
