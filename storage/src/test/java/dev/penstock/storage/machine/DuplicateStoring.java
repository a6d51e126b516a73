package dev.penstock.storage.machine;

import dev.penstock.storage.codec.BatchCodec;
import dev.penstock.storage.codec.StoredFormatException;
import dev.penstock.storage.model.BatchHeader;
import dev.penstock.storage.model.ChangeEvent;
import dev.penstock.storage.model.EventBatch;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.SourcePosition;
import dev.penstock.storage.model.SourceState;
import java.util.ArrayList;
import java.util.List;

/** Sabotage: makes a batch that is wholly stored look like the next one, so that it is stored twice. */
final class DuplicateStoring {

    private DuplicateStoring() {}

    static Applied apply(Machine machine, long term, long index, byte[] entry) {
        Envelope e = CommandCodec.decode(entry);
        List<byte[]> commands = new ArrayList<>();
        for (Command command : e.commands()) {
            boolean first = e.commands().get(0) == command;
            commands.add(CommandCodec.encodeCommand(
                    first && command instanceof Command.Append append ? again(machine, append) : command));
        }
        return machine.apply(
                term, index, CommandCodec.envelope(e.planningTerm(), e.stampMillis(), e.wallMillis(), commands));
    }

    private static Command again(Machine machine, Command.Append append) {
        try (MachineView view = machine.openView()) {
            EventBatch batch = BatchCodec.decode(append.batch());
            BatchHeader header = batch.header();
            SourceState source = view.source(header.source()).orElse(null);
            if (source == null || header.last().isAfter(source.last())) {
                return append;
            }
            EventBatch.Builder builder = new EventBatch.Builder(header.source(), header.database(), source.last());
            for (int i = 0; i < batch.size(); i++) {
                ChangeEvent event = batch.event(i);
                builder.add(new ChangeEvent(
                        new SourcePosition(
                                source.epoch(),
                                new Lsn(source.last().commitLsn().value() + 1),
                                i),
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
            return new Command.Append(append.streamId(), BatchCodec.encode(builder.build()));
        } catch (StoredFormatException damaged) {
            return append;
        }
    }
}
