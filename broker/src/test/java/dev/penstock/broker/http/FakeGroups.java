package dev.penstock.broker.http;

import dev.penstock.broker.deliver.DeadLetterService;
import dev.penstock.broker.deliver.Delivery;
import dev.penstock.broker.deliver.GroupInspection;
import dev.penstock.broker.deliver.GroupService.Created;
import dev.penstock.broker.deliver.GroupService.Described;
import dev.penstock.broker.deliver.GroupService.ItemOutcome;
import dev.penstock.broker.deliver.GroupService.ReceiveRequest;
import dev.penstock.broker.deliver.GroupService.Received;
import dev.penstock.broker.deliver.GroupService.Settled;
import dev.penstock.broker.deliver.GroupService.Sought;
import dev.penstock.broker.deliver.GroupService.Tags;
import dev.penstock.broker.deliver.GroupService.Updated;
import dev.penstock.broker.deliver.Offsets;
import dev.penstock.broker.deliver.Refused;
import dev.penstock.broker.deliver.RenderedEvent;
import dev.penstock.broker.http.peer.Ignored;
import dev.penstock.broker.plan.GroupFilter;
import dev.penstock.storage.model.Action;
import dev.penstock.storage.model.GroupChange;
import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.GroupState;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.StartPosition;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/** Groups in memory: leases never run out by themselves, all else is as the service promises it. Thread-safe. */
public final class FakeGroups implements GroupOperations {

    private static final class Message {
        final RenderedEvent event;
        int deliveries;
        boolean leased;
        boolean settled;

        Message(RenderedEvent event) {
            this.event = event;
        }
    }

    private static final class Group {
        GroupState state;
        SortedMap<String, String> tags = new TreeMap<>();
        final List<Message> messages = new ArrayList<>();
        final ArrayDeque<Waiting> waiting = new ArrayDeque<>();

        Group(GroupState state) {
            this.state = state;
        }
    }

    private record Waiting(ReceiveRequest request, CompletableFuture<Received> answer) {}

    private final Map<String, Group> groups = new TreeMap<>();
    private final AtomicLong index = new AtomicLong(100);
    public final AtomicInteger receives = new AtomicInteger();
    public final AtomicInteger released = new AtomicInteger();
    public final AtomicInteger acks = new AtomicInteger();
    public final AtomicInteger cancelled = new AtomicInteger();

    /** Takes the place of acks when set: a test's own outcome. */
    public volatile Function<List<String>, Optional<CompletableFuture<Settled>>> ackOverride =
            receipts -> Optional.empty();

    /** Why the filter could not judge what is handed out. */
    public volatile Optional<String> filterError = Optional.empty();

    /** What became in another group of all that is handed out. */
    public volatile Optional<Delivery.Died> died = Optional.empty();

    public final FakeInspection inspection = new FakeInspection();
    public final FakeDeadLetters deadLetters = new FakeDeadLetters();

    /** How old grants are when they are handed out. */
    public volatile long grantAgeNanos;

    public synchronized FakeGroups with(String name, GroupConfig.Ordering ordering) {
        GroupConfig usual = GroupConfig.defaults();
        GroupConfig config = new GroupConfig(
                usual.visibilityMillis(), 0, ordering, usual.mode(), usual.tables(), usual.actions(), "");
        groups.put(name, new Group(state(name, config, new StartPosition.Latest())));
        return this;
    }

    private GroupState state(String name, GroupConfig config, StartPosition start) {
        return new GroupState(
                groups.size() + 1,
                name,
                1,
                index.incrementAndGet(),
                1,
                0,
                0,
                0,
                0,
                0,
                0,
                1_790_000_000_000L,
                config,
                start,
                false,
                1_790_000_000_000L);
    }

    public static RenderedEvent event(long offset) {
        String json = "{\"id\":\"e" + offset + "\",\"offset\":\"" + Offsets.format(offset)
                + "\",\"action\":\"insert\",\"record\":{\"note\":\"ä \\\"quoted\\\" \\n\"},"
                + "\"metadata\":{\"key\":{\"id\":" + offset + "}}}";
        return new RenderedEvent(
                offset,
                new UUID(7, offset),
                json.getBytes(StandardCharsets.UTF_8),
                Action.INSERT,
                "public",
                "orders",
                new Lsn(0x16B3748L + offset),
                1_790_000_000_123_456L);
    }

    public synchronized void add(String group, int count) {
        Group found = find(group);
        for (int i = 0; i < count; i++) {
            found.messages.add(new Message(event(found.messages.size())));
        }
        serve(found);
    }

    /** One message with this body. */
    public synchronized void add(String group, byte[] body) {
        Group found = find(group);
        RenderedEvent usual = event(found.messages.size());
        found.messages.add(new Message(new RenderedEvent(
                usual.offset(),
                usual.id(),
                body,
                usual.action(),
                "public",
                "or\u0001ders",
                usual.commitLsn(),
                usual.commitMicros())));
        serve(found);
    }

    /** A logical message. Returns its offset. */
    public synchronized long addMessage(String group, String prefix, String content, Optional<String> encoding) {
        Group found = find(group);
        RenderedEvent usual = event(found.messages.size());
        byte[] json = Json.bytes(out -> {
            out.writeStartObject();
            out.writeStringField("action", "message");
            out.writeObjectFieldStart("record");
            out.writeStringField("prefix", prefix);
            out.writeStringField("content", content);
            out.writeBooleanField("transactional", true);
            if (encoding.isPresent()) {
                out.writeStringField("encoding", encoding.get());
            }
            out.writeEndObject();
            out.writeEndObject();
        });
        found.messages.add(new Message(new RenderedEvent(
                usual.offset(), usual.id(), json, Action.MESSAGE, "", "", usual.commitLsn(), usual.commitMicros())));
        serve(found);
        return usual.offset();
    }

    public synchronized long unsettled(String group) {
        return find(group).messages.stream().filter(message -> !message.settled).count();
    }

    public synchronized long leased(String group) {
        return find(group).messages.stream()
                .filter(message -> message.leased && !message.settled)
                .count();
    }

    public synchronized int waiting(String group) {
        find(group).waiting.removeIf(one -> one.answer.isDone());
        return find(group).waiting.size();
    }

    private Group find(String name) {
        Group group = groups.get(name);
        if (group == null) {
            throw new Refused(Refused.Code.UNKNOWN_GROUP, "there is no group '" + name + "'");
        }
        return group;
    }

    @Override
    public synchronized CompletableFuture<Created> create(
            String name, String stream, StartPosition start, GroupConfig config) {
        try {
            GroupFilter.compile(config);
        } catch (IllegalArgumentException wrong) {
            return CompletableFuture.failedFuture(
                    new Refused(Refused.Code.INVALID_REQUEST, String.valueOf(wrong.getMessage())));
        }
        Group there = groups.get(name);
        if (there != null) {
            return there.state.config().equals(config)
                            && there.state.requestedStart().equals(start)
                    ? CompletableFuture.completedFuture(new Created(index.incrementAndGet(), there.state, true))
                    : CompletableFuture.failedFuture(
                            new Refused(Refused.Code.GROUP_EXISTS, "a different group '" + name + "' exists")
                                    .decidedAt(7));
        }
        Group made = new Group(state(name, config, start));
        groups.put(name, made);
        return CompletableFuture.completedFuture(new Created(index.incrementAndGet(), made.state, false));
    }

    @Override
    public synchronized CompletableFuture<Long> delete(String name) {
        return groups.remove(name) == null
                ? CompletableFuture.failedFuture(
                        new Refused(Refused.Code.UNKNOWN_GROUP, "there is no group '" + name + "'"))
                : CompletableFuture.completedFuture(index.incrementAndGet());
    }

    @Override
    public synchronized CompletableFuture<Updated> update(String name, GroupChange change) {
        Group group = groups.get(name);
        if (group == null) {
            return CompletableFuture.failedFuture(
                    new Refused(Refused.Code.UNKNOWN_GROUP, "there is no group '" + name + "'"));
        }
        GroupState was = group.state;
        group.tags = change.applyTo(group.tags);
        group.state = new GroupState(
                was.id(),
                name,
                1,
                was.generation(),
                was.planVersion() + 1,
                was.startOffset(),
                was.scan(),
                0,
                0,
                0,
                0,
                was.createdWallMillis(),
                change.applyTo(was.config()),
                was.requestedStart(),
                change.paused().orElse(was.paused()),
                was.changedWallMillis() + 5_000);
        serve(group);
        return CompletableFuture.completedFuture(new Updated(index.incrementAndGet(), group.state, "main"));
    }

    @Override
    public synchronized Optional<Tags> tags(String name) {
        return Optional.ofNullable(groups.get(name)).map(group -> new Tags(index.get(), group.tags));
    }

    @Override
    public synchronized List<Described> list() {
        return groups.values().stream().map(this::described).toList();
    }

    @Override
    public synchronized Optional<GroupState> state(String name) {
        return Optional.ofNullable(groups.get(name)).map(group -> group.state);
    }

    @Override
    public synchronized Optional<Described> describe(String name) {
        return Optional.ofNullable(groups.get(name)).map(this::described);
    }

    @Override
    public synchronized GroupInspection.Messages messages(GroupInspection.Query query) {
        find(query.group());
        return inspection.messages(query);
    }

    @Override
    public synchronized GroupInspection.Parked parked(GroupInspection.ParkedQuery query) {
        find(query.group());
        return inspection.parked(query);
    }

    @Override
    public synchronized DeadLetterService.Page deadLetters(DeadLetterService.Query query) {
        find(query.group());
        return deadLetters.list(query);
    }

    @Override
    public synchronized CompletableFuture<DeadLetterService.Changed> redrive(DeadLetterService.Selection selection) {
        find(selection.group());
        return deadLetters.change(selection);
    }

    @Override
    public synchronized CompletableFuture<DeadLetterService.Changed> dropDeadLetters(
            DeadLetterService.Selection selection) {
        find(selection.group());
        return deadLetters.change(selection);
    }

    @Override
    public synchronized CompletableFuture<DeadLetterService.Changed> moveDeadLetters(DeadLetterService.Move move) {
        find(move.source());
        return deadLetters.move(move);
    }

    private Described described(Group group) {
        long backlog = group.messages.stream()
                .filter(message -> !message.settled && !message.leased)
                .count();
        return new Described(index.get(), group.state, "main", 0, backlog, 1_500, 2, OptionalLong.empty());
    }

    @Override
    public synchronized CompletableFuture<Received> receive(ReceiveRequest request) {
        receives.incrementAndGet();
        Group group = groups.get(request.group());
        if (group == null) {
            return CompletableFuture.failedFuture(
                    new Refused(Refused.Code.UNKNOWN_GROUP, "there is no group '" + request.group() + "'"));
        }
        CompletableFuture<Received> answer = new CompletableFuture<>();
        Ignored.outcome(answer.whenComplete((received, failure) -> {
            if (answer.isCancelled()) {
                cancelled.incrementAndGet();
            }
        }));
        group.waiting.add(new Waiting(request, answer));
        serve(group);
        if (!answer.isDone()) {
            Received nothing = new Received(index.get(), System.nanoTime(), List.of());
            if (request.waitMillis() == 0) {
                answer.complete(nothing);
            } else {
                Ignored.outcome(answer.completeOnTimeout(nothing, request.waitMillis(), TimeUnit.MILLISECONDS));
            }
        }
        return answer;
    }

    private void serve(Group group) {
        if (group.state.paused()) {
            return;
        }
        for (Iterator<Waiting> i = group.waiting.iterator(); i.hasNext(); ) {
            Waiting one = i.next();
            if (one.answer.isDone()) {
                i.remove();
                continue;
            }
            List<Delivery> deliveries = grant(group, one.request);
            if (deliveries.isEmpty()) {
                return;
            }
            i.remove();
            one.answer.complete(new Received(index.incrementAndGet(), System.nanoTime() - grantAgeNanos, deliveries));
        }
    }

    private List<Delivery> grant(Group group, ReceiveRequest request) {
        List<Delivery> deliveries = new ArrayList<>();
        for (Message message : group.messages) {
            if (deliveries.size() < request.max() && !message.leased && !message.settled) {
                message.leased = true;
                message.deliveries++;
                deliveries.add(new Delivery(
                        receipt(request.group(), message),
                        message.deliveries,
                        1_790_000_001_000L,
                        message.event,
                        filterError,
                        died));
            }
        }
        return deliveries;
    }

    private static String receipt(String group, Message message) {
        return "r-" + group + "-" + message.event.offset() + "-" + message.deliveries;
    }

    @Override
    public synchronized void release(Received received) {
        for (Delivery delivery : received.deliveries()) {
            released.incrementAndGet();
            for (Group group : groups.values()) {
                message(group, delivery.receipt()).ifPresent(message -> {
                    message.leased = false;
                    message.deliveries--;
                });
            }
        }
        groups.values().forEach(this::serve);
    }

    private static Optional<Message> message(Group group, String receipt) {
        if (!receipt.matches("r-" + group.state.name() + "-\\d{1,6}-\\d{1,6}")) {
            return Optional.empty();
        }
        int offset = Integer.parseInt(receipt.split("-", -1)[2]);
        return offset < group.messages.size() ? Optional.of(group.messages.get(offset)) : Optional.empty();
    }

    @Override
    public synchronized CompletableFuture<Settled> ack(String group, List<String> receipts) {
        acks.incrementAndGet();
        return ackOverride
                .apply(receipts)
                .orElseGet(() -> settle(group, receipts, (message, newest) -> {
                    message.settled = true;
                    return ItemOutcome.OK;
                }));
    }

    private interface Change {
        ItemOutcome apply(Message message, boolean newest);
    }

    private CompletableFuture<Settled> settle(String name, List<String> receipts, Change change) {
        Group group = groups.get(name);
        if (group == null) {
            return CompletableFuture.failedFuture(
                    new Refused(Refused.Code.UNKNOWN_GROUP, "there is no group '" + name + "'"));
        }
        List<ItemOutcome> outcomes = new ArrayList<>();
        for (String receipt : receipts) {
            Optional<Message> message = message(group, receipt);
            outcomes.add(message.map(found -> change.apply(found, receipt.equals(receipt(name, found)) && found.leased))
                    .orElse(ItemOutcome.INVALID));
        }
        serve(group);
        return CompletableFuture.completedFuture(new Settled(index.incrementAndGet(), outcomes));
    }

    @Override
    public synchronized CompletableFuture<Settled> nack(String group, List<String> receipts, long delayMillis) {
        return settle(group, receipts, (message, newest) -> giveBack(message, newest, 0));
    }

    @Override
    public synchronized CompletableFuture<Settled> extend(
            String group, List<String> receipts, long visibilityMillis, boolean lenient) {
        return settle(group, receipts, (message, newest) -> giveBack(message, newest || lenient, visibilityMillis));
    }

    private static ItemOutcome giveBack(Message message, boolean allowed, long visibilityMillis) {
        if (message.settled) {
            return ItemOutcome.SETTLED;
        }
        if (!allowed) {
            return ItemOutcome.LEASE_LOST;
        }
        message.leased = visibilityMillis > 0;
        return ItemOutcome.OK;
    }

    @Override
    public synchronized CompletableFuture<Sought> seek(String group, StartPosition to, boolean dryRun) {
        Group found = find(group);
        long target = to instanceof StartPosition.AtOffset at ? at.offset() : 0;
        if (to instanceof StartPosition.Latest && !dryRun) {
            found.messages.forEach(message -> message.settled = true);
        }
        return CompletableFuture.completedFuture(new Sought(index.incrementAndGet(), 5, target, 1_234));
    }
}
