package dev.penstock.broker.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.broker.raft.SimulatedRaft.Handed;
import dev.penstock.replicator.flow.SimulatedSource;
import dev.penstock.storage.kv.InMemoryStore;
import dev.penstock.storage.machine.Applied;
import dev.penstock.storage.machine.Command;
import dev.penstock.storage.machine.CommandCodec;
import dev.penstock.storage.machine.Envelope;
import dev.penstock.storage.machine.Machine;
import dev.penstock.storage.machine.MachineView;
import dev.penstock.storage.machine.Reply;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.SourceState;
import dev.penstock.storage.model.StartPosition;
import dev.penstock.storage.table.Invariants;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the committed log says, followed by rules of its own: the first replica to apply an entry tells what it answered,
 * the others must have answered the same and stand where it stood.
 */
final class History {

    private final World world;
    private final SimulatedSource source;
    private final StreamLedger stream;
    private final List<long[]> marks = new ArrayList<>();
    private final Map<Integer, GroupLedger> groups = new LinkedHashMap<>();
    /** By visibility, which is another one for each receive: the term in which its grant was planned last. */
    private final Map<Long, Long> plannedTerms = new HashMap<>();

    private @Nullable Machine foremost;

    History(World world, Function<History, SimulatedSource> source) {
        this.world = world;
        this.source = source.apply(this);
        this.stream = new StreamLedger(world, this.source);
    }

    SimulatedSource source() {
        return source;
    }

    StreamLedger stream() {
        return stream;
    }

    /** Index of the last entry that any replica applied. */
    long length() {
        return marks.size();
    }

    Optional<GroupLedger> group(int id) {
        return Optional.ofNullable(groups.get(id));
    }

    // ---- what happens ----

    /** Postgres is told that everything up to here is safe. */
    void confirmed(Lsn flushed) {
        world.totals.confirmations++;
        world.note(flushed.value());
        if (flushed.isAfter(stream.bound())) {
            throw new AssertionError(
                    "Postgres was told " + flushed + ", but what is committed goes to " + stream.bound() + " only");
        }
    }

    void planned(List<Command> commands, long term) {
        for (Command command : commands) {
            if (command instanceof Command.Grant grant && grant.visibilityMillis() > 0) {
                plannedTerms.put(grant.visibilityMillis(), term);
            }
        }
    }

    /** @param applied nothing for an entry of Raft's own */
    void applied(LogEntry entry, @Nullable Applied applied, Machine machine) {
        Handed handed = entry.handed();
        if (handed != null && handed.refusedForGood()) {
            throw new AssertionError(
                    "entry " + entry.index() + " was applied, but its caller was told it never would be");
        }
        long[] mark = {machine.stateDigest(), machine.clockMillis(), hash(applied)};
        int at = Math.toIntExact(entry.index() - 1);
        if (at < marks.size()) {
            assertThat(mark)
                    .as("digest, clock and replies at index " + entry.index())
                    .isEqualTo(marks.get(at));
            return;
        }
        assertThat(at).as("the next entry").isEqualTo(marks.size());
        marks.add(mark);
        world.note(Arrays.hashCode(mark));
        foremost = machine;
        byte[] content = entry.content();
        if (applied == null || content == null) {
            return;
        }
        Envelope envelope = CommandCodec.decode(content);
        assertThat(applied.replies()).hasSameSizeAs(envelope.commands());
        for (int i = 0; i < envelope.commands().size(); i++) {
            one(envelope.commands().get(i), applied.replies().get(i), entry);
        }
        try (MachineView view = machine.openView()) {
            groups.values().forEach(group -> group.buried(view, entry.stampedNanos()));
        }
        if (applied.replies().stream().anyMatch(History::endedSomething)) {
            try (MachineView view = machine.openView()) {
                groups.values().forEach(group -> group.expired(view, entry.stampedNanos()));
            }
        }
    }

    private static long hash(@Nullable Applied applied) {
        long hash = 1;
        for (Reply reply : applied == null ? List.<Reply>of() : applied.replies()) {
            int one = reply instanceof Reply.Granted granted
                    ? Arrays.hashCode(granted.offsets()) * 31 + Arrays.hashCode(granted.deliveries())
                    : reply instanceof Reply.Settled settled
                            ? Arrays.toString(settled.results()).hashCode()
                            : reply.toString().hashCode();
            hash = hash * 31 + one;
        }
        return hash;
    }

    private void one(Command command, Reply reply, LogEntry entry) {
        stream.applied(command, reply);
        if (command instanceof Command.CreateGroup create && reply instanceof Reply.GroupCreated created) {
            created(create, created);
        } else if (command instanceof Command.DeleteGroup delete && reply instanceof Reply.Done) {
            groups.remove(delete.groupId());
            world.totals.deletes++;
        } else if (command instanceof Command.SeekGroup seek && reply instanceof Reply.Sought sought) {
            known(seek.groupId()).sought(sought);
            world.totals.seeks++;
        } else if (command instanceof Command.UpdateGroup update && reply instanceof Reply.Done) {
            known(update.groupId()).changed(update.change(), entry.index());
            world.totals.changes++;
        } else if (command instanceof Command.Redrive redrive && reply instanceof Reply.DeadLettersChanged changed) {
            known(redrive.groupId()).putBack(redrive, changed, entry.index());
        } else if (command instanceof Command.Grant grant) {
            granted(grant, reply, entry);
        } else if (reply instanceof Reply.Settled settled) {
            settled(command, settled, entry);
        }
    }

    private static boolean endedSomething(Reply reply) {
        return reply instanceof Reply.Expired expired && expired.count() > 0;
    }

    private void created(Command.CreateGroup create, Reply.GroupCreated created) {
        if (created.existed()) {
            assertThat(known(created.groupId()).name).isEqualTo(create.name());
            return;
        }
        long expected = create.start() instanceof StartPosition.Earliest
                ? 0
                : create.start() instanceof StartPosition.AtOffset at ? at.offset() : stream.end();
        assertThat(created.startOffset()).as("start of group " + create.name()).isEqualTo(expected);
        groups.put(
                created.groupId(),
                new GroupLedger(
                        world,
                        stream,
                        created.groupId(),
                        create.name(),
                        create.config(),
                        created.generation(),
                        created.startOffset()));
    }

    private void granted(Command.Grant grant, Reply reply, LogEntry entry) {
        if (!(reply instanceof Reply.Granted granted)) {
            world.totals.refusedPlans++;
            return;
        }
        Long plannedTerm = plannedTerms.get(grant.visibilityMillis());
        if (grant.visibilityMillis() > 0 && (plannedTerm == null || plannedTerm != entry.term())) {
            throw new AssertionError("a grant planned in term " + plannedTerm + " was accepted in an entry of term "
                    + entry.term() + ", index " + entry.index());
        }
        known(grant.groupId()).granted(grant, granted, entry);
    }

    private void settled(Command command, Reply.Settled settled, LogEntry entry) {
        if (command instanceof Command.Ack ack) {
            known(ack.groupId()).settled(ack, ack.leases(), ack.generation(), settled, entry);
            world.totals.acks += ack.leases().size();
        } else if (command instanceof Command.Nack nack) {
            known(nack.groupId()).settled(nack, nack.leases(), nack.generation(), settled, entry);
        } else if (command instanceof Command.Extend extend) {
            known(extend.groupId()).settled(extend, extend.leases(), extend.generation(), settled, entry);
        } else if (command instanceof Command.Release release) {
            known(release.groupId()).settled(release, release.leases(), release.generation(), settled, entry);
        }
    }

    private GroupLedger known(int id) {
        GroupLedger group = groups.get(id);
        if (group == null) {
            throw new AssertionError("an answer of group " + id + ", which does not exist");
        }
        return group;
    }

    /** Sabotage: the events of a batch as if they came after all that is stored. */
    byte[] relabelled(byte[] batch) {
        Machine machine = foremost;
        if (machine == null) {
            return batch;
        }
        try (MachineView view = machine.openView()) {
            SourceState state = view.source(SimulatedSource.NAME).orElseThrow();
            return SabotagedEntry.relabelled(batch, state);
        }
    }

    // ---- the end ----

    void checkRows(InMemoryStore store) {
        Invariants.check(store);
    }

    /** What is not done yet, or nothing. */
    Optional<String> unfinished() {
        if (!stream.isComplete()) {
            return Optional.of("the stream has " + stream.end() + " of "
                    + source.expected().size() + " events");
        }
        for (GroupLedger group : groups.values()) {
            long offset = group.firstUnsettled();
            if (offset >= 0) {
                return Optional.of("group " + group.name + " did not settle offset " + offset);
            }
        }
        return Optional.empty();
    }
}
