package dev.penstock.storage.machine;

import dev.penstock.storage.machine.Model.GroupModel;
import dev.penstock.storage.machine.Model.Message;
import dev.penstock.storage.machine.ModelSources.Source;
import dev.penstock.storage.machine.ModelSources.Stored;
import dev.penstock.storage.machine.Reply.Overtaken;
import dev.penstock.storage.model.ParkedKey;
import dev.penstock.storage.model.UnsettledMessage.State;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** The part of the {@link Model} about retention: which batches go, and what groups lose by it. */
final class TrimModel {

    private TrimModel() {}

    static void lose(GroupModel g, long messages, long wallMillis) {
        if (messages > 0) {
            g.lost += messages;
            g.lostWall = wallMillis;
        }
    }

    static Reply trim(Source s, List<GroupModel> readers, int max, long clock, long wallMillis) {
        int going = 0;
        while (going < max && going < s.batches.size() && mayGo(s, readers, going, clock)) {
            going++;
        }
        if (going == 0) {
            return new Reply.Trimmed(s.earliest, 0, List.of(), false);
        }
        long from = s.earliest;
        long to = s.batches.get(going - 1).end();
        TreeMap<Integer, List<Long>> losses = new TreeMap<>();
        for (GroupModel g : readers) {
            List<Long> lost = new ArrayList<>();
            List<Message> ready = g.messages.values().stream()
                    .filter(m -> m.offset < to && m.state == State.READY)
                    .toList();
            ready.forEach(m -> g.messages.remove(m.offset));
            lost.add((long) ready.size());
            long waiting = g.parked.values().stream()
                    .mapToLong(ParkedKey::offset)
                    .min()
                    .orElse(Long.MAX_VALUE);
            long waitingTo = Math.min(to, g.scan);
            lost.add(Math.max(0, waitingTo - Math.max(from, Math.min(waiting, waitingTo))) + Math.max(0, to - g.scan));
            g.scan = Math.max(g.scan, to);
            losses.put(g.id, lost);
            lost.forEach(messages -> lose(g, messages, wallMillis));
        }
        s.earliest = to;
        s.bytes -= s.batches.subList(0, going).stream().mapToLong(Stored::bytes).sum();
        s.batches.subList(0, going).clear();
        // First what was ready, group by group, then what the start of the log moved over.
        List<Overtaken> overtaken = new ArrayList<>();
        for (int kind = 0; kind < 2; kind++) {
            for (var loss : losses.entrySet()) {
                if (loss.getValue().get(kind) > 0) {
                    overtaken.add(new Overtaken(loss.getKey(), loss.getValue().get(kind)));
                }
            }
        }
        return new Reply.Trimmed(to, going, overtaken, going == max);
    }

    private static boolean mayGo(Source s, List<GroupModel> readers, int place, long clock) {
        Stored batch = s.batches.get(place);
        long bytesThen = s.batches.subList(place, s.batches.size()).stream()
                .mapToLong(Stored::bytes)
                .sum();
        boolean old = s.retention.ageMillis() > 0 && batch.clock() + s.retention.ageMillis() <= clock;
        boolean much = s.retention.bytes() > 0 && bytesThen > s.retention.bytes();
        boolean held = readers.stream().anyMatch(g -> g.config.hold() && g.floor() < batch.end());
        boolean dying = readers.stream()
                .anyMatch(g ->
                        g.messages.values().stream().anyMatch(m -> m.state == State.DYING && m.offset < batch.end()));
        long bound = s.retention.holdBytes() > 0
                ? Math.max(s.retention.holdBytes(), s.retention.bytes())
                : Math.max(10L << 30, 2 * s.retention.bytes());
        return (old || much) && !dying && (!held || bytesThen > bound);
    }
}
