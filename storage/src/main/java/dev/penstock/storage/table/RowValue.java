package dev.penstock.storage.table;

import dev.penstock.storage.codec.ByteReader;
import dev.penstock.storage.codec.ByteWriter;
import dev.penstock.storage.codec.UnknownFormatException;

/** Values begin with a version byte, so that a later version can read what an earlier one wrote, and not the reverse. */
final class RowValue {

    static final int VERSION = 1;

    private RowValue() {}

    static ByteWriter write(int expectedBytes) {
        return new ByteWriter(expectedBytes).u8(VERSION);
    }

    /** @param table for failures, e.g. {@code group row} */
    static ByteReader read(String table, byte[] value) {
        ByteReader in = new ByteReader(table, value);
        int version = in.u8();
        if (version != VERSION) {
            throw new UnknownFormatException(table + " version", version, "version " + VERSION);
        }
        return in;
    }
}
