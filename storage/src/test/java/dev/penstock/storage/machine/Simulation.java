package dev.penstock.storage.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.storage.machine.Model.GroupModel;
import dev.penstock.storage.machine.Model.Message;
import dev.penstock.storage.machine.ModelSources.Source;
import dev.penstock.storage.machine.Replica.Logged;
import dev.penstock.storage.model.GroupState;
import dev.penstock.storage.model.Losses;
import dev.penstock.storage.model.SourceState;
import dev.penstock.storage.model.StreamState;
import dev.penstock.storage.model.UnsettledMessage;
import dev.penstock.storage.model.UnsettledMessage.State;
import dev.penstock.storage.table.Invariants;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** Random entries through replicas and the model at once; whatever differs fails, with the seed. */
final class Simulation {

    private final Random random;
    private final Model model = new Model();
    private final CommandGenerator generator;
    private final List<Replica> replicas;
    private long term = 1;
    private long index = 2;
    private long stamp = 100;
    private long commands;
    private long entries;
    private long digest = 1;
    private final Map<String, Long> happened = new TreeMap<>();

    Simulation(long seed, List<Replica> replicas) {
        this.random = new Random(seed);
        this.generator = new CommandGenerator(random, model);
        this.replicas = replicas;
    }

    /** Over all commands and answers: what two runs of the same seed must share. */
    long digest() {
        return digest;
    }

    /** How often each kind of answer was given; checkpoints and restarts. */
    Map<String, Long> happened() {
        return happened;
    }

    private void count(String what) {
        happened.merge(what, 1L, Long::sum);
    }

    long run(long wanted) {
        while (commands < wanted) {
            step();
        }
        for (Replica replica : replicas) {
            Invariants.checkAll(replica.store());
            compareState(replica);
        }
        return commands;
    }

    private void step() {
        entries++;
        index += 1 + (random.nextInt(30) == 0 ? 1 : 0);
        if (random.nextInt(60) == 0) {
            term++;
        }
        if (random.nextInt(20) == 0) {
            replicas.forEach(replica -> replica.feed(new Logged(term, index, null)));
            return;
        }
        Envelope envelope = envelope();
        List<byte[]> encoded =
                envelope.commands().stream().map(CommandCodec::encodeCommand).toList();
        byte[] bytes =
                CommandCodec.envelope(envelope.planningTerm(), envelope.stampMillis(), envelope.wallMillis(), encoded);
        List<Reply> expected = model.apply(term, index, envelope);
        generator.learn(envelope.commands(), expected);
        expected.forEach(this::note);
        commands += expected.size();
        for (Replica replica : replicas) {
            Applied applied = replica.feed(new Logged(term, index, bytes));
            compareReplies(envelope, expected, applied == null ? List.of() : applied.replies());
        }
        check();
        churn();
    }

    private void note(Reply reply) {
        digest = digest * 31 + Replies.text(reply).hashCode();
        count(
                reply instanceof Reply.Rejected rejected
                        ? rejected.reason().name()
                        : reply.getClass().getSimpleName());
        if (reply instanceof Reply.Trimmed trimmed && trimmed.batches() > 0) {
            count("trims that removed");
            trimmed.overtaken().forEach(group -> count("groups overtaken"));
        }
        if (reply instanceof Reply.DeadLettersChanged changed && changed.count() > 0) {
            count("dead letters made, put back or dropped");
        }
        if (reply instanceof Reply.Settled settled) {
            for (Reply.ItemResult result : settled.results()) {
                count("settled " + result);
            }
        }
    }

    private Envelope envelope() {
        stamp += random.nextInt(4) == 0 ? random.nextInt(120) : random.nextInt(3);
        long said = random.nextInt(15) == 0 ? stamp - random.nextInt(500) : stamp;
        List<Command> list = new ArrayList<>();
        int count = 1 + random.nextInt(20);
        for (int i = 0; i < count; i++) {
            list.add(generator.complete(generator.next()));
        }
        long planned = random.nextInt(25) == 0 ? term - 1 : term;
        return new Envelope(planned, said, 1_000_000 + entries, list);
    }

    private void compareReplies(Envelope envelope, List<Reply> expected, List<Reply> seen) {
        assertThat(seen).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            Reply reply = seen.get(i) instanceof Reply.Marked ? new Reply.Marked(0) : seen.get(i);
            assertThat(Replies.text(reply))
                    .as("reply to " + envelope.commands().get(i) + " at index " + index)
                    .isEqualTo(Replies.text(expected.get(i)));
        }
    }

    private void check() {
        long digest = replicas.get(0).machine().stateDigest();
        for (Replica replica : replicas) {
            assertThat(replica.machine().appliedIndex()).isEqualTo(index);
            assertThat(replica.machine().appliedTerm()).isEqualTo(term);
            assertThat(replica.machine().clockMillis()).isEqualTo(model.clock);
            assertThat(replica.machine().stateDigest()).as("digest").isEqualTo(digest);
        }
        Invariants.check(replicas.get(0).store());
        if (entries % 100 == 0) {
            replicas.forEach(this::compareState);
            replicas.forEach(replica -> Invariants.checkAll(replica.store()));
        } else if (entries % 10 == 0) {
            compareState(replicas.get(0));
        }
    }

    /** Checkpoints and crashes at random, each replica for itself: afterwards all must be where they were. */
    private void churn() {
        for (Replica replica : replicas) {
            if (random.nextInt(120) == 0) {
                replica.checkpoint();
                count("checkpoints");
            }
            if (random.nextInt(200) == 0) {
                long digest = replica.machine().stateDigest();
                replica.restart();
                count("restarts");
                assertThat(replica.machine().appliedIndex()).isEqualTo(index);
                assertThat(replica.machine().stateDigest())
                        .as("digest after restart")
                        .isEqualTo(digest);
            }
        }
    }

    private void compareState(Replica replica) {
        try (MachineView view = replica.machine().openView()) {
            assertThat(view.nextDueMillis()).isEqualTo(model.nextDue());
            assertThat(view.sweepNeeded()).isEqualTo(!model.ended.isEmpty());
            assertThat(view.sources()).hasSize(model.sources.all.size());
            assertThat(view.groups()).hasSize(model.groups.size());
            assertThat(model.keys.isSame(view.apiKeys())).as("keys").isTrue();
            model.sources.all.forEach((id, source) -> compareSource(view, id, source));
            model.groups.values().forEach(group -> compareGroup(view, group));
            assertThat(view.allStreams()).hasSize(model.sources.all.size() + model.payloads.size());
            model.payloads.values().forEach(payloads -> comparePayloads(view, payloads));
        }
    }

    private static void compareSource(MachineView view, int streamId, Source expected) {
        SourceState seen = view.source(expected.name).orElseThrow();
        assertThat(seen.streamId()).isEqualTo(streamId);
        assertThat(seen.phase()).isEqualTo(expected.phase);
        assertThat(seen.timeline()).isEqualTo(expected.timeline);
        assertThat(seen.epoch()).isEqualTo(expected.epoch);
        assertThat(seen.last()).isEqualTo(expected.last);
        assertThat(seen.lastInTransaction()).isEqualTo(expected.lastInTransaction);
        assertThat(seen.bound()).isEqualTo(expected.bound);
        StreamState stream = view.stream(streamId).orElseThrow();
        assertThat(stream.end()).isEqualTo(expected.end);
        assertThat(stream.bytes()).isEqualTo(expected.bytes);
        assertThat(stream.earliest()).isEqualTo(expected.earliest);
        assertThat(stream.retention()).isEqualTo(expected.retention);
        assertThat(view.batchAt(streamId, expected.end)).isEmpty();
        assertThat(view.batchAt(streamId, expected.earliest - 1)).isEmpty();
        if (expected.end > expected.earliest) {
            assertThat(view.batchAt(streamId, expected.end - 1).orElseThrow().endOffset())
                    .isEqualTo(expected.end);
            assertThat(view.batchAt(streamId, expected.earliest).orElseThrow().baseOffset())
                    .isEqualTo(expected.earliest);
        }
    }

    private static void comparePayloads(MachineView view, ModelPayloads expected) {
        StreamState seen = view.stream(expected.streamId).orElseThrow();
        assertThat(seen.isInternal()).isTrue();
        assertThat(view.stream(seen.name())).isEmpty();
        assertThat(seen.end()).isEqualTo(expected.end);
        assertThat(seen.bytes()).isEqualTo(expected.bytes());
        for (long letter = 0; letter < expected.end; letter++) {
            assertThat(view.batchAt(expected.streamId, letter).isPresent())
                    .as("payload of letter " + letter)
                    .isEqualTo(expected.sizes.containsKey(letter));
        }
    }

    private static void compareGroup(MachineView view, GroupModel expected) {
        GroupState seen = view.group(expected.name).orElseThrow();
        assertThat(seen.id()).isEqualTo(expected.id);
        assertThat(seen.generation()).isEqualTo(expected.generation);
        assertThat(seen.planVersion()).isEqualTo(expected.planVersion);
        assertThat(seen.config()).isEqualTo(expected.config);
        assertThat(seen.paused()).isEqualTo(expected.paused);
        assertThat(seen.changedWallMillis()).isEqualTo(expected.changed);
        assertThat(view.tags(seen)).isEqualTo(expected.tags);
        assertThat(seen.losses()).isEqualTo(new Losses(expected.lost, expected.lostWall));
        assertThat(seen.scan()).isEqualTo(expected.scan);
        assertThat(seen.startOffset()).isEqualTo(expected.start);
        assertThat(seen.leased()).isEqualTo(expected.count(State.LEASED));
        assertThat(seen.delayed()).isEqualTo(expected.count(State.DELAYED));
        assertThat(seen.ready()).isEqualTo(expected.count(State.READY));
        assertThat(seen.dying()).isEqualTo(expected.count(State.DYING));
        assertThat(seen.deadLetters()).isEqualTo(expected.letters.kept.size());
        assertThat(view.deadLetters(seen, 0, Integer.MAX_VALUE))
                .containsExactlyElementsOf(expected.letters.kept.values());
        assertThat(view.amongMessages(seen, 0, Integer.MAX_VALUE))
                .allSatisfy(letter -> assertThat(letter).isEqualTo(expected.letters.away.get(letter.letter())));
        assertThat(view.floor(seen)).isEqualTo(expected.floor());
        assertThat(seen.parked()).isEqualTo(expected.parked.size());
        assertThat(view.parked(seen)).containsExactlyInAnyOrderElementsOf(expected.parked.values());
        List<UnsettledMessage> messages = view.unsettled(seen, 0, Integer.MAX_VALUE, message -> true);
        assertThat(messages.stream().map(UnsettledMessage::offset))
                .isEqualTo(expected.messages.keySet().stream().sorted().toList());
        for (UnsettledMessage message : messages) {
            Message one = expected.messages.getOrDefault(message.offset(), new Message());
            assertThat(message.state()).isEqualTo(one.state);
            assertThat(message.lease()).isEqualTo(one.lease);
            assertThat(message.dueMillis()).isEqualTo(one.due);
            assertThat(message.deliveries()).isEqualTo(one.deliveries);
            assertThat(message.order()).isEqualTo(one.order);
            assertThat(message.firstDeliveredWallMillis()).isEqualTo(one.firstWall);
            assertThat(message.lastDeliveredWallMillis()).isEqualTo(one.lastWall);
        }
        assertThat(view.ready(seen, 0, Integer.MAX_VALUE))
                .isEqualTo(messages.stream()
                        .filter(message -> message.state() == State.READY)
                        .toList());
    }
}
