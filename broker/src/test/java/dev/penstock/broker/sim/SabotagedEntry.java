package dev.penstock.broker.sim;

import dev.penstock.storage.codec.BatchCodec;
import dev.penstock.storage.machine.Command;
import dev.penstock.storage.machine.CommandCodec;
import dev.penstock.storage.machine.Envelope;
import dev.penstock.storage.machine.Machine;
import dev.penstock.storage.machine.MachineView;
import dev.penstock.storage.model.ChangeEvent;
import dev.penstock.storage.model.EventBatch;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.SourcePosition;
import dev.penstock.storage.model.SourceState;
import java.util.List;

/** Entries as a broken machine would understand them. */
final class SabotagedEntry {

    private SabotagedEntry() {}

    static byte[] of(Sabotage sabotage, Machine machine, byte[] content) {
        return switch (sabotage) {
            case NO_COMPARE, COUNT_RELEASES, STAMP_AHEAD -> rewritten(sabotage, machine, CommandCodec.decode(content));
            default -> content;
        };
    }

    private static byte[] rewritten(Sabotage sabotage, Machine machine, Envelope envelope) {
        List<byte[]> commands = envelope.commands().stream()
                .map(command -> CommandCodec.encodeCommand(rewritten(sabotage, machine, command)))
                .toList();
        // A third of each second is lost: the clock rises, but is ahead by up to as much.
        long stamp = envelope.stampMillis();
        long said = sabotage == Sabotage.STAMP_AHEAD ? stamp + stamp % 1000 / 3 : stamp;
        return CommandCodec.envelope(envelope.planningTerm(), said, envelope.wallMillis(), commands);
    }

    private static Command rewritten(Sabotage sabotage, Machine machine, Command command) {
        if (sabotage == Sabotage.COUNT_RELEASES && command instanceof Command.Release release) {
            return new Command.Nack(release.groupId(), release.generation(), release.leases(), 0);
        }
        if (sabotage == Sabotage.NO_COMPARE && command instanceof Command.Append append) {
            try (MachineView view = machine.openView()) {
                EventBatch batch = BatchCodec.decode(append.batch());
                SourceState source = view.source(batch.header().source()).orElseThrow();
                return batch.header().previous().equals(source.last())
                        ? append
                        : new Command.Append(append.streamId(), relabelled(append.batch(), source));
            }
        }
        return command;
    }

    /** The same events as if they came next. */
    static byte[] relabelled(byte[] bytes, SourceState source) {
        EventBatch batch = BatchCodec.decode(bytes);
        EventBatch.Builder builder =
                new EventBatch.Builder(batch.header().source(), batch.header().database(), source.last());
        Lsn lsn = new Lsn(source.last().commitLsn().value() + 1);
        for (int i = 0; i < batch.size(); i++) {
            ChangeEvent event = batch.event(i);
            builder.add(new ChangeEvent(
                    new SourcePosition(source.epoch(), lsn, i),
                    event.action(),
                    event.route(),
                    event.commitMicros(),
                    event.xid(),
                    event.keyHash(),
                    event.oldKeyHash(),
                    event.barrier(),
                    event.record(),
                    event.changes(),
                    event.unchanged(),
                    event.key()));
        }
        return BatchCodec.encode(builder.build());
    }
}
