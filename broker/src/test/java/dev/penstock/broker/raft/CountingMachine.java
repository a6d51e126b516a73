package dev.penstock.broker.raft;

import dev.penstock.storage.machine.Applied;
import dev.penstock.storage.machine.Command;
import dev.penstock.storage.machine.MachineView;
import dev.penstock.storage.machine.Reply;
import dev.penstock.storage.model.ApiKeyState;
import dev.penstock.storage.model.DeadLetter;
import dev.penstock.storage.model.GroupState;
import dev.penstock.storage.model.ParkedKey;
import dev.penstock.storage.model.SourceState;
import dev.penstock.storage.model.StoredBatch;
import dev.penstock.storage.model.StreamState;
import dev.penstock.storage.model.UnsettledMessage;
import dev.penstock.storage.table.DyingTable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.zip.CRC32C;

/**
 * A machine that only counts how often each append (named by the first eight bytes of its batch) was applied, and chains a
 * digest over all entries. In memory; like RocksDB without its log it is written on a checkpoint and on an orderly close.
 */
final class CountingMachine implements ReplicatedState {
    static final EntryCodec CODEC = new Codec();

    private final Path directory;
    private long index = -1;
    private long term;
    private long clock;
    private long digest;
    private final Map<Long, Integer> counts = new TreeMap<>();

    private CountingMachine(Path directory) {
        this.directory = directory;
    }

    /** Opens them, and remembers what is open. */
    static final class Disk implements Opener {
        final Map<Path, CountingMachine> open = new HashMap<>();

        @Override
        public synchronized ReplicatedState open(Path directory) throws IOException {
            Files.createDirectories(directory);
            CountingMachine machine = new CountingMachine(directory);
            Path file = directory.resolve("counts.sst");
            if (Files.exists(file)) {
                machine.read(ByteBuffer.wrap(Files.readAllBytes(file)));
            }
            open.put(directory, machine);
            return machine;
        }

        @Override
        public Position inspect(Path directory) throws IOException {
            CountingMachine machine = new CountingMachine(directory);
            machine.read(ByteBuffer.wrap(Files.readAllBytes(directory.resolve("counts.sst"))));
            return new Position(machine.term, machine.index);
        }
    }

    static final class Codec implements EntryCodec {
        @Override
        public byte[] encode(Command command) {
            if (command instanceof Command.Append append) {
                return append.batch();
            }
            return new byte[] {0};
        }

        @Override
        public byte[] envelope(long planningTerm, long stampMillis, long wallMillis, List<byte[]> commands) {
            int bytes = 28 + commands.stream().mapToInt(c -> 4 + c.length).sum();
            ByteBuffer buffer = ByteBuffer.allocate(bytes);
            buffer.putLong(planningTerm)
                    .putLong(stampMillis)
                    .putLong(wallMillis)
                    .putInt(commands.size());
            commands.forEach(command -> buffer.putInt(command.length).put(command));
            return buffer.array();
        }
    }

    static Command append(int stream, long id, int bytes) {
        byte[] batch = new byte[Math.max(Long.BYTES, bytes)];
        ByteBuffer.wrap(batch).putLong(id);
        return new Command.Append(stream, batch);
    }

    @Override
    public synchronized Applied apply(long entryTerm, long entryIndex, byte[] entry) {
        next(entryTerm, entryIndex);
        ByteBuffer buffer = ByteBuffer.wrap(entry);
        buffer.getLong();
        clock = Math.max(clock, buffer.getLong());
        buffer.getLong();
        int commands = buffer.getInt();
        List<Reply> replies = new ArrayList<>();
        for (int i = 0; i < commands; i++) {
            int bytes = buffer.getInt();
            if (bytes >= Long.BYTES) {
                long id = buffer.getLong(buffer.position());
                int times = counts.merge(id, 1, Integer::sum);
                replies.add(new Reply.Appended(id, times));
            } else {
                replies.add(new Reply.Marked(digest));
            }
            buffer.position(buffer.position() + bytes);
        }
        CRC32C crc = new CRC32C();
        crc.update(entry);
        digest = digest * 31 + crc.getValue();
        return new Applied(entryIndex, replies, Set.of(), Set.of(), Map.of());
    }

    @Override
    public synchronized void skip(long entryTerm, long entryIndex) {
        next(entryTerm, entryIndex);
    }

    private void next(long entryTerm, long entryIndex) {
        if (entryIndex <= index) {
            throw new IllegalStateException("entry " + entryIndex + " again, applied is " + index);
        }
        index = entryIndex;
        term = entryTerm;
    }

    synchronized Map<Long, Integer> counts() {
        return new TreeMap<>(counts);
    }

    synchronized long digest() {
        return digest;
    }

    @Override
    public synchronized long appliedIndex() {
        return index;
    }

    @Override
    public synchronized long appliedTerm() {
        return term;
    }

    @Override
    public synchronized long clockMillis() {
        return clock;
    }

    @Override
    public synchronized void checkpoint(Path target) throws IOException {
        flush();
        Files.createDirectory(target);
        Files.write(target.resolve("counts.sst"), bytes());
    }

    @Override
    public synchronized void close() throws IOException {
        flush();
    }

    /** A table file is never changed in place: a checkpoint may share it. */
    private void flush() throws IOException {
        Files.deleteIfExists(directory.resolve("counts.sst"));
        Files.write(directory.resolve("counts.sst"), bytes());
    }

    private byte[] bytes() {
        ByteBuffer buffer = ByteBuffer.allocate(36 + counts.size() * 12);
        buffer.putLong(index).putLong(term).putLong(clock).putLong(digest).putInt(counts.size());
        counts.forEach((id, times) -> buffer.putLong(id).putInt(times));
        return buffer.array();
    }

    private void read(ByteBuffer buffer) {
        index = buffer.getLong();
        term = buffer.getLong();
        clock = buffer.getLong();
        digest = buffer.getLong();
        int size = buffer.getInt();
        for (int i = 0; i < size; i++) {
            counts.put(buffer.getLong(), buffer.getInt());
        }
    }

    @Override
    public MachineView openView() {
        return new View(appliedIndex(), appliedTerm(), clockMillis(), digest());
    }

    /** Knows the counters only. */
    private record View(long appliedIndex, long appliedTerm, long clockMillis, long stateDigest)
            implements MachineView {
        @Override
        public int featureLevel() {
            return 0;
        }

        @Override
        public List<SourceState> sources() {
            return List.of();
        }

        @Override
        public Optional<SourceState> source(String name) {
            return Optional.empty();
        }

        @Override
        public List<StreamState> streams() {
            return List.of();
        }

        @Override
        public List<StreamState> allStreams() {
            return List.of();
        }

        @Override
        public List<DeadLetter> deadLetters(GroupState group, long fromLetter, int limit) {
            return List.of();
        }

        @Override
        public List<DeadLetter> amongMessages(GroupState group, long fromLetter, int limit) {
            return List.of();
        }

        @Override
        public Optional<DeadLetter> deadLetter(GroupState group, long letter) {
            return Optional.empty();
        }

        @Override
        public OptionalLong lowestDying(int streamId) {
            return OptionalLong.empty();
        }

        @Override
        public List<DyingTable.Dying> dying(int limit) {
            return List.of();
        }

        @Override
        public List<DyingTable.Dying> dyingAfter(DyingTable.Dying last, int limit) {
            return List.of();
        }

        @Override
        public Optional<StreamState> stream(int streamId) {
            return Optional.empty();
        }

        @Override
        public Optional<StreamState> stream(String name) {
            return Optional.empty();
        }

        @Override
        public List<Long> unsettledOfKey(GroupState group, long key, long fromOffset, long below, int limit) {
            return List.of();
        }

        @Override
        public List<ParkedKey> parked(GroupState group) {
            return List.of();
        }

        @Override
        public List<GroupState> groups() {
            return List.of();
        }

        @Override
        public Optional<GroupState> group(String name) {
            return Optional.empty();
        }

        @Override
        public Optional<GroupState> group(int groupId) {
            return Optional.empty();
        }

        @Override
        public SortedMap<String, String> tags(GroupState group) {
            return new TreeMap<>();
        }

        @Override
        public List<ApiKeyState> apiKeys() {
            return List.of();
        }

        @Override
        public long floor(GroupState group) {
            return 0;
        }

        @Override
        public List<UnsettledMessage> ready(GroupState group, long fromOffset, int limit) {
            return List.of();
        }

        @Override
        public Optional<UnsettledMessage> unsettled(GroupState group, long offset) {
            return Optional.empty();
        }

        @Override
        public List<UnsettledMessage> unsettled(
                GroupState group, long fromOffset, int limit, Predicate<UnsettledMessage> test) {
            return List.of();
        }

        @Override
        public long nextDueMillis() {
            return Long.MAX_VALUE;
        }

        @Override
        public boolean trimNeeded(int streamId, long logTimeMillis) {
            return false;
        }

        @Override
        public boolean sweepNeeded() {
            return false;
        }

        @Override
        public Optional<StoredBatch> batchAt(int streamId, long offset) {
            return Optional.empty();
        }

        @Override
        public void close() {
            // Holds nothing.
        }
    }
}
