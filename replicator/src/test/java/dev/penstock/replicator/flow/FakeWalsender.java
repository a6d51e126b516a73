package dev.penstock.replicator.flow;

import dev.penstock.replicator.feed.ChangeFeed;
import dev.penstock.replicator.feed.SourceFault;
import dev.penstock.replicator.feed.SourceServer;
import dev.penstock.replicator.feed.SourceSession;
import dev.penstock.replicator.feed.SourceSession.TimelineSwitch;
import dev.penstock.replicator.pgoutput.PgOutputBytes;
import dev.penstock.replicator.pgoutput.Relation;
import dev.penstock.replicator.pgoutput.TypeFacts;
import dev.penstock.storage.model.Lsn;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A Postgres that exists only as its WAL: it makes up transactions from a seed, remembers what each must become in the
 * log, and sends them as raw pgoutput to whoever reads its one slot, from the slot's confirmed position on. What was
 * confirmed is forgotten, so that a change confirmed too early is lost for good.
 */
final class FakeWalsender {

    static final String SLOT = "s";
    static final String PUBLICATION = "p";

    private static final int TABLES = 3;
    private static final int FIRST_OID = 20_000;
    private static final List<Relation.Column> COLUMNS =
            List.of(new Relation.Column("id", true, 23), new Relation.Column("v", false, 25));

    private final SplittableRandom random;
    private final Consumer<Lsn> confirmations;
    private final List<Item> wal = new ArrayList<>();
    private final List<String> expected = new ArrayList<>();
    private long end = 0x1000;
    private int xid = 700;
    private int row;
    private boolean slotExists;
    private long created;
    private long confirmed;
    private @Nullable Feed reader;
    private String readerName = "";
    /** Where the timelines before the present one ended. */
    private final List<TimelineSwitch> switches = new ArrayList<>();

    int reconnects;
    int resentTransactions;

    /** What stands at one place in the WAL: a transaction, or a message outside of one. */
    private record Item(long commitLsn, long endLsn, List<byte[]> messages) {}

    /** @param confirmations told of each position that is confirmed, before it is believed */
    FakeWalsender(SplittableRandom random, Consumer<Lsn> confirmations) {
        this.random = random;
        this.confirmations = confirmations;
    }

    /** What the log must hold in the end, a line per event, positions included. */
    List<String> expected() {
        return expected;
    }

    boolean isRead() {
        return reader != null;
    }

    Lsn confirmed() {
        return new Lsn(confirmed);
    }

    Lsn end() {
        return new Lsn(end);
    }

    /** Lines as {@link #expected()} has them. */
    static String line(dev.penstock.storage.model.ChangeEvent event) {
        return event.position() + " " + EventText.line(event);
    }

    /** Commits something: mostly a transaction, sometimes an empty one, a lone message, or WAL of no interest. */
    void commitSomething() {
        switch (random.nextInt(10)) {
            case 0 -> end += 8L * (1 + random.nextInt(1 << (random.nextInt(10) == 0 ? 22 : 8)));
            case 1 -> lonelyMessage();
            case 2, 4 -> transaction(0);
            case 3 -> transaction(1 + random.nextInt(60));
            default -> transaction(1 + random.nextInt(5));
        }
    }

    private long advance() {
        long at = end;
        end += 8L * (1 + random.nextInt(20));
        return at;
    }

    private void lonelyMessage() {
        long lsn = advance();
        byte[] content = ("m" + row++).getBytes(StandardCharsets.UTF_8);
        if (slotExists) {
            wal.add(new Item(lsn, end, List.of(PgOutputBytes.logical(false, new Lsn(lsn), "q", content))));
            expect(lsn, 0, "message q {\"prefix\":\"q\",\"content\":\"m" + (row - 1) + "\",\"transactional\":false}");
        }
    }

    private void transaction(int changes) {
        advance();
        long commitLsn = advance();
        long endLsn = end;
        if (!slotExists) {
            return;
        }
        List<byte[]> messages = new ArrayList<>();
        messages.add(PgOutputBytes.begin(new Lsn(commitLsn), 1_000_000L * row, xid++));
        int ordinal = 0;
        for (int i = 0; i < changes; i++) {
            FakeChange change = FakeChange.random(random, FIRST_OID, TABLES, row++, new Lsn(commitLsn));
            messages.add(change.message());
            for (String line : change.lines()) {
                expect(commitLsn, ordinal++, line);
            }
        }
        messages.add(PgOutputBytes.commit(new Lsn(commitLsn), new Lsn(endLsn), 1_000_000L * row));
        wal.add(new Item(commitLsn, endLsn, messages));
    }

    private void expect(long commitLsn, int ordinal, String line) {
        expected.add("(epoch 1, " + new Lsn(commitLsn) + ", " + ordinal + ") " + line);
    }

    /** Ends the present connection, wherever in a transaction it is. */
    void cut() {
        if (reader != null) {
            reader.broken = true;
            reader = null;
        }
    }

    /** As if somebody else had read the slot to its end. */
    void advanceSlot() {
        cut();
        advance();
        confirmed = end;
    }

    /** A crash of Postgres: what was confirmed last may be forgotten, as slots are written when created, and at checkpoints. */
    void crash(long confirmedAtCheckpoint) {
        cut();
        confirmed = Math.min(confirmed, Math.max(created, confirmedAtCheckpoint));
    }

    /** A standby that had everything takes over; its slot, synchronised now and then, may be behind. */
    void promote(long confirmedWhenSynchronised) {
        crash(confirmedWhenSynchronised);
        switches.add(new TimelineSwitch(switches.size() + 1, new Lsn(end)));
    }

    /** The server as one node reaches it. */
    SourceServer serverFor(String applicationName) {
        return new SourceServer() {
            @Override
            public SourceSession connect() throws SourceFault {
                if (random.nextInt(20) == 0) {
                    throw new SourceFault.Retry("unreachable", "the fake server is away");
                }
                return new Session(applicationName);
            }

            @Override
            public void abort() {}
        };
    }

    private final class Session implements SourceSession {
        private final String applicationName;
        private @Nullable Feed feed;

        Session(String applicationName) {
            this.applicationName = applicationName;
        }

        @Override
        public ServerFacts identify() {
            return new ServerFacts("shop", "4711", switches.size() + 1, new Lsn(end));
        }

        @Override
        public Optional<SlotFacts> slot() {
            return slotExists
                    ? Optional.of(
                            new SlotFacts("pgoutput", "shop", false, new Lsn(confirmed), "", reader == null ? 0 : 1))
                    : Optional.empty();
        }

        @Override
        public OptionalLong publicationOid() {
            return OptionalLong.of(99);
        }

        @Override
        public void createPublication(List<String> tables) {
            throw new AssertionError("expected no publication to be created, it exists");
        }

        @Override
        public Lsn createSlot() {
            if (slotExists) {
                throw new AssertionError("expected the slot to be created once");
            }
            slotExists = true;
            created = end;
            confirmed = end;
            return new Lsn(end);
        }

        @Override
        public List<TimelineSwitch> timelineHistory(int timeline) {
            return List.copyOf(switches);
        }

        @Override
        public Optional<SlotHolder> slotHolder() {
            return reader == null ? Optional.empty() : Optional.of(new SlotHolder(1, readerName));
        }

        @Override
        public void terminate(SlotHolder holder) {
            cut();
        }

        @Override
        public ChangeFeed stream(Lsn from) throws SourceFault {
            if (reader != null) {
                throw new SourceFault.SlotBusy("the fake slot is busy", new IllegalStateException("55006"));
            }
            reconnects++;
            Feed opened = new Feed(Math.max(from.value(), confirmed));
            feed = opened;
            reader = opened;
            readerName = applicationName;
            return opened;
        }

        @Override
        public Optional<KeyFacts> keys(int relation) {
            return Optional.of(new KeyFacts(List.of("id"), false));
        }

        @Override
        public Map<Integer, TypeFacts> types(Collection<Integer> oids) {
            return new HashMap<>();
        }

        @Override
        public Health health() {
            return new Health(OptionalLong.of(99), new Lsn(end), end - confirmed);
        }

        @Override
        public void close() {
            if (feed != null) {
                feed.broken = true;
                // The server notices at once or later, as it happens.
                if (reader == feed && random.nextBoolean()) {
                    reader = null;
                }
            }
        }
    }

    private final class Feed implements ChangeFeed {
        private final Set<Integer> announced = new HashSet<>();
        private int item;
        private int message;
        private long sentTo;
        private long writtenByClient;
        private boolean broken;
        private byte[] current = {};
        private boolean keepaliveWanted;
        /** An empty transaction was sent: a server tells then how far it is. */
        private boolean afterNothing;

        private boolean afterKeepalive;

        Feed(long from) {
            this.sentTo = from;
            while (item < wal.size() && wal.get(item).commitLsn() < from) {
                item++;
            }
        }

        @Override
        public Arrival poll() throws SourceFault {
            if (broken) {
                throw new SourceFault.Retry("connection_lost", "the fake connection broke");
            }
            if (random.nextInt(8) == 0 || (afterNothing && random.nextBoolean())) {
                return keepalive();
            }
            if (item == wal.size()) {
                sentTo = Math.max(sentTo, end);
                boolean behind = writtenByClient < sentTo;
                return keepaliveWanted || (behind && random.nextInt(3) == 0) ? keepalive() : Arrival.NOTHING;
            }
            if (random.nextInt(afterKeepalive ? 2 : 6) == 0) {
                return Arrival.NOTHING;
            }
            afterKeepalive = false;
            Item sending = wal.get(item);
            byte[] next = sending.messages().get(message);
            current = announcement(next);
            if (current.length > 0) {
                return Arrival.DATA;
            }
            current = next;
            message++;
            if (message == sending.messages().size()) {
                afterNothing = message == 2;
                item++;
                message = 0;
                sentTo = sending.endLsn();
            }
            return Arrival.DATA;
        }

        /** The relation message that has to precede this row, or nothing. */
        private byte[] announcement(byte[] next) {
            if ("IUDT".indexOf(next[0]) < 0) {
                return new byte[0];
            }
            for (int table = 0; table < TABLES; table++) {
                if (announced.add(FIRST_OID + table)) {
                    return PgOutputBytes.relation(FIRST_OID + table, "t", "t" + table, 'd', COLUMNS);
                }
            }
            if (random.nextInt(50) == 0) {
                announced.remove(FIRST_OID + random.nextInt(TABLES));
            }
            return new byte[0];
        }

        private Arrival keepalive() {
            keepaliveWanted = false;
            afterNothing = false;
            afterKeepalive = true;
            return Arrival.KEEPALIVE;
        }

        @Override
        public byte[] bytes() {
            return current;
        }

        @Override
        public int start() {
            return 0;
        }

        @Override
        public int end() {
            return current.length;
        }

        @Override
        public int excess() {
            return 0;
        }

        @Override
        public long sendMicros() {
            return 1_000_000L * row;
        }

        /** Before the commit of a transaction in the middle of being sent; else the end of what was looked at. */
        @Override
        public Lsn walEnd() {
            return new Lsn(message > 0 ? wal.get(item).commitLsn() - 1 : sentTo);
        }

        @Override
        public boolean replyRequested() {
            return random.nextInt(4) == 0;
        }

        @Override
        public void sendStatus(Lsn written, Lsn flushed, boolean ping) {
            if (broken) {
                return;
            }
            confirmations.accept(flushed);
            keepaliveWanted |= ping;
            writtenByClient = written.value();
            if (flushed.value() < confirmed) {
                // The server ignores it; a client that does so has forgotten something.
                return;
            }
            confirmed = flushed.value();
        }
    }
}
