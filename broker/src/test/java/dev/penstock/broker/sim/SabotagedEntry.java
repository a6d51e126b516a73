package dev.penstock.broker.sim;

import dev.penstock.storage.codec.BatchCodec;
import dev.penstock.storage.machine.Command;
import dev.penstock.storage.machine.CommandCodec;
import dev.penstock.storage.machine.Envelope;
import dev.penstock.storage.machine.Machine;
import dev.penstock.storage.machine.MachineView;
import dev.penstock.storage.model.BatchHeader;
import dev.penstock.storage.model.ChangeEvent;
import dev.penstock.storage.model.EventBatch;
import dev.penstock.storage.model.GroupChange;
import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.GroupState;
import dev.penstock.storage.model.LeaseRef;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.SourcePosition;
import dev.penstock.storage.model.SourceState;
import java.util.ArrayList;
import java.util.List;

/** Entries as a broken machine would understand them. */
final class SabotagedEntry {

    private SabotagedEntry() {}

    static byte[] of(Sabotage sabotage, Machine machine, long term, byte[] content) {
        return switch (sabotage) {
            case NO_COMPARE,
                    STORE_OVERLAPS,
                    COUNT_RELEASES,
                    CUT_EXTENDS,
                    STAMP_AHEAD,
                    APPLY_ANY_TERM,
                    APPLY_OLD_PLAN_VERSIONS,
                    IMMORTAL,
                    DEAD_IS_DROPPED,
                    APPLY_STALE_PLANS -> rewritten(sabotage, machine, term, CommandCodec.decode(content));
            default -> content;
        };
    }

    private static byte[] rewritten(Sabotage sabotage, Machine machine, long term, Envelope envelope) {
        List<byte[]> commands = envelope.commands().stream()
                .map(command -> CommandCodec.encodeCommand(rewritten(sabotage, machine, command)))
                .toList();
        // A third of each second is lost: the clock rises, but is ahead by up to as much.
        long stamp = envelope.stampMillis();
        long said = sabotage == Sabotage.STAMP_AHEAD ? stamp + stamp % 1000 / 3 : stamp;
        long planned = sabotage == Sabotage.APPLY_ANY_TERM ? term : envelope.planningTerm();
        return CommandCodec.envelope(planned, said, envelope.wallMillis(), commands);
    }

    private static Command rewritten(Sabotage sabotage, Machine machine, Command command) {
        return switch (sabotage) {
            case COUNT_RELEASES ->
                command instanceof Command.Release release
                        ? new Command.Nack(release.groupId(), release.generation(), release.leases(), 0)
                        : command;
            case CUT_EXTENDS ->
                command instanceof Command.Extend extend && extend.visibilityMillis() > 0
                        ? new Command.Extend(
                                extend.groupId(), extend.generation(), extend.leases(), 1, extend.lenient())
                        : command;
            case NO_COMPARE -> command instanceof Command.Append append ? anywhere(machine, append, false) : command;
            case STORE_OVERLAPS -> command instanceof Command.Append append ? anywhere(machine, append, true) : command;
            case IMMORTAL -> command instanceof Command.CreateGroup create ? immortal(create) : command;
            case DEAD_IS_DROPPED -> command instanceof Command.DeadLetter dead ? dropped(machine, dead) : command;
            case APPLY_STALE_PLANS -> command instanceof Command.Grant grant ? anyTime(machine, grant) : command;
            case APPLY_OLD_PLAN_VERSIONS ->
                command instanceof Command.Grant grant ? underThisPlanVersion(machine, grant) : command;
            default -> command;
        };
    }

    private static Command.CreateGroup immortal(Command.CreateGroup create) {
        GroupConfig config = new GroupChange.Builder().maxDeliveries(0).build().applyTo(create.config());
        return new Command.CreateGroup(create.name(), create.streamId(), create.start(), config);
    }

    private static Command.Ack dropped(Machine machine, Command.DeadLetter dead) {
        List<LeaseRef> leases = new ArrayList<>();
        try (MachineView view = machine.openView()) {
            view.group(dead.groupId())
                    .ifPresent(group -> dead.messages()
                            .forEach(message ->
                                    view.unsettled(group, message.offset()).ifPresent(row -> leases.add(row.lease()))));
        }
        return new Command.Ack(dead.groupId(), dead.generation(), leases);
    }

    private static Command.Grant underThisPlanVersion(Machine machine, Command.Grant grant) {
        try (MachineView view = machine.openView()) {
            return view.group(grant.groupId())
                    .map(group -> new Command.Grant(
                            grant.groupId(),
                            grant.generation(),
                            group.planVersion(),
                            grant.previousScan(),
                            grant.newScan(),
                            grant.fresh(),
                            grant.retries(),
                            grant.keys(),
                            grant.visibilityMillis()))
                    .orElse(grant);
        }
    }

    private static Command.Append anywhere(Machine machine, Command.Append append, boolean overlapsOnly) {
        try (MachineView view = machine.openView()) {
            BatchHeader header = BatchCodec.header(append.batch());
            SourceState source = view.source(header.source()).orElseThrow();
            boolean fits = header.previous().equals(source.last());
            return fits || (overlapsOnly && !overlaps(header, source.last()))
                    ? append
                    : new Command.Append(append.streamId(), relabelled(append.batch(), source));
        }
    }

    /** Part of the batch is stored, part is new. */
    static boolean overlaps(BatchHeader header, SourcePosition last) {
        return !header.first().isAfter(last) && header.last().isAfter(last);
    }

    private static Command.Grant anyTime(Machine machine, Command.Grant grant) {
        try (MachineView view = machine.openView()) {
            GroupState group = view.group(grant.groupId()).orElse(null);
            if (group == null || grant.fresh().length == 0 || grant.fresh()[0] < group.scan()) {
                return grant;
            }
            return new Command.Grant(
                    grant.groupId(),
                    group.generation(),
                    group.planVersion(),
                    group.scan(),
                    grant.newScan(),
                    grant.fresh(),
                    new long[0],
                    grant.keys(),
                    grant.visibilityMillis());
        }
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
