package dev.penstock.storage.codec;

import java.util.zip.CRC32C;

/** CRC32C over a frame that holds its own checksum: the four bytes of the field are left out. */
public final class Checksums {

    private Checksums() {}

    /** Over all bytes but {@code [fieldAt, fieldAt + 4)}. */
    public static int around(byte[] frame, int fieldAt) {
        CRC32C crc = new CRC32C();
        crc.update(frame, 0, fieldAt);
        crc.update(frame, fieldAt + Integer.BYTES, frame.length - fieldAt - Integer.BYTES);
        return (int) crc.getValue();
    }

    /** Throws {@link CorruptDataException} unless the field holds {@link #around}. */
    public static void check(String what, byte[] frame, int fieldAt) {
        int expected = new ByteReader(what, frame, fieldAt, frame.length).i32();
        int seen = around(frame, fieldAt);
        if (expected != seen) {
            throw new CorruptDataException(
                    what,
                    fieldAt,
                    "expected checksum " + Integer.toHexString(expected) + ", but its bytes give "
                            + Integer.toHexString(seen));
        }
    }
}
