package dev.penstock.storage.table;

import dev.penstock.storage.codec.ByteReader;
import dev.penstock.storage.codec.ByteWriter;
import dev.penstock.storage.codec.ModelCodec;
import dev.penstock.storage.kv.Cursor;
import dev.penstock.storage.kv.KeyRange;
import dev.penstock.storage.kv.KeyReader;
import dev.penstock.storage.kv.Space;
import dev.penstock.storage.kv.Transaction;
import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.GroupState;
import dev.penstock.storage.model.Losses;
import dev.penstock.storage.model.StartPosition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Groups. Key {@code 05 | group id 4B}; and by name {@code 06 | name in UTF-8}, whose value is the id, 4B. */
public final class GroupTable {

    /** @param floor the lowest unsettled offset, or the scan position: kept, since finding it means a walk */
    public record Row(GroupState state, long floor) {}

    private GroupTable() {}

    public static byte[] key(int groupId) {
        return RowKey.of(RowKey.GROUP, groupId);
    }

    private static byte[] nameKey(String name) {
        return RowKey.ofName(RowKey.GROUP_NAME, name);
    }

    public static Optional<Row> get(KeyReader reader, int groupId) {
        return Optional.ofNullable(reader.get(Space.STATE, key(groupId))).map(value -> decode(groupId, value));
    }

    public static OptionalInt idOf(KeyReader reader, String name) {
        byte[] value = reader.get(Space.STATE, nameKey(name));
        if (value == null) {
            return OptionalInt.empty();
        }
        ByteReader in = new ByteReader("group name row", value);
        int id = in.i32();
        in.finish();
        return OptionalInt.of(id);
    }

    /** In order of id. */
    public static List<Row> all(KeyReader reader) {
        List<Row> groups = new ArrayList<>();
        try (Cursor cursor = reader.cursor(Space.STATE, KeyRange.prefix(RowKey.of(RowKey.GROUP)))) {
            for (; cursor.isValid(); cursor.next()) {
                groups.add(decode(RowKey.intAt(cursor.key(), 1), cursor.value()));
            }
        }
        return groups;
    }

    public static void insertName(Transaction tx, String name, int groupId) {
        tx.insert(Space.STATE, nameKey(name), new ByteWriter(4).i32(groupId).toBytes());
    }

    public static void deleteName(Transaction tx, String name) {
        tx.deleteExisting(Space.STATE, nameKey(name));
    }

    public static byte[] encode(Row row) {
        GroupState group = row.state();
        ByteWriter out = RowValue.write(128)
                .text(group.name())
                .varint(group.streamId())
                .varint(group.generation())
                .varint(group.planVersion())
                .varint(group.startOffset())
                .varint(group.scan())
                .varint(row.floor())
                .varint(group.leased())
                .varint(group.delayed())
                .varint(group.ready())
                .varint(group.parked())
                .zigzag(group.createdWallMillis());
        ModelCodec.writeConfig(out, group.config());
        ModelCodec.writeStart(out, group.requestedStart());
        return out.u8(group.paused() ? 1 : 0)
                .zigzag(group.changedWallMillis())
                .varint(group.losses().atMost())
                .zigzag(group.losses().lastWallMillis())
                .varint(group.dying())
                .varint(group.aside())
                .varint(group.deadLetters())
                .toBytes();
    }

    private static Row decode(int groupId, byte[] value) {
        ByteReader in = RowValue.read("group row", value);
        String name = in.text();
        int streamId = in.bounded("a stream id", Integer.MAX_VALUE);
        long generation = in.varint();
        long planVersion = in.varint();
        long startOffset = in.varint();
        long scan = in.varint();
        long floor = in.varint();
        long leased = in.varint();
        long delayed = in.varint();
        long ready = in.varint();
        long parked = in.varint();
        long createdWallMillis = in.zigzag();
        GroupConfig config = ModelCodec.readConfig(in);
        StartPosition start = ModelCodec.readStart(in);
        boolean paused = in.flag("pause of a group");
        long changedWallMillis = in.zigzag();
        Losses losses = new Losses(in.varint(), in.zigzag());
        long dying = in.varint();
        long aside = in.varint();
        long deadLetters = in.varint();
        in.finish();
        GroupState state = new GroupState(
                groupId,
                name,
                streamId,
                generation,
                planVersion,
                startOffset,
                scan,
                leased,
                delayed,
                ready,
                parked,
                createdWallMillis,
                config,
                start,
                paused,
                changedWallMillis,
                losses,
                dying,
                aside,
                deadLetters);
        return new Row(state, floor);
    }
}
