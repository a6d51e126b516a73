package dev.penstock.storage.codec;

import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.SourcePosition;
import dev.penstock.storage.model.StartPosition;
import java.util.ArrayList;
import java.util.List;

/** Values that occur both in commands and in rows. Stateless. */
public final class ModelCodec {

    private ModelCodec() {}

    public static void writePosition(ByteWriter out, SourcePosition position) {
        out.varint(position.epoch() & 0xffff_ffffL)
                .i64(position.commitLsn().value())
                .varint(position.ordinal());
    }

    public static SourcePosition readPosition(ByteReader in) {
        int epoch = in.bounded("an epoch", Integer.MAX_VALUE);
        long lsn = in.i64();
        return new SourcePosition(epoch, new Lsn(lsn), in.nonNegative("an ordinal"));
    }

    public static void writeConfig(ByteWriter out, GroupConfig config) {
        out.zigzag(config.visibilityMillis());
        out.zigzag(config.maxDeliveries());
        out.u8(config.ordering().code());
        out.u8(config.mode().code());
        writeTexts(out, config.tables());
        writeTexts(out, config.actions());
        out.text(config.where());
    }

    public static GroupConfig readConfig(ByteReader in) {
        long visibilityMillis = in.zigzag();
        int maxDeliveries = in.integer("a number of deliveries");
        GroupConfig.Ordering ordering = ordering(in.u8());
        GroupConfig.Mode mode = mode(in.u8());
        List<String> tables = readTexts(in);
        List<String> actions = readTexts(in);
        return new GroupConfig(visibilityMillis, maxDeliveries, ordering, mode, tables, actions, in.text());
    }

    public static void writeStart(ByteWriter out, StartPosition start) {
        if (start instanceof StartPosition.Earliest) {
            out.u8(1);
        } else if (start instanceof StartPosition.Latest) {
            out.u8(2);
        } else if (start instanceof StartPosition.AtOffset at) {
            out.u8(3).zigzag(at.offset());
        }
    }

    public static StartPosition readStart(ByteReader in) {
        int kind = in.u8();
        return switch (kind) {
            case 1 -> new StartPosition.Earliest();
            case 2 -> new StartPosition.Latest();
            case 3 -> new StartPosition.AtOffset(in.zigzag());
            default -> throw new UnknownFormatException("start position", kind, "1 to 3");
        };
    }

    private static GroupConfig.Ordering ordering(int code) {
        return switch (code) {
            case 0 -> GroupConfig.Ordering.NONE;
            case 1 -> GroupConfig.Ordering.KEY;
            default -> throw new UnknownFormatException("group ordering", code, "0 and 1");
        };
    }

    private static GroupConfig.Mode mode(int code) {
        return switch (code) {
            case 0 -> GroupConfig.Mode.CHANGES;
            case 1 -> GroupConfig.Mode.ROWS;
            default -> throw new UnknownFormatException("group mode", code, "0 and 1");
        };
    }

    private static void writeTexts(ByteWriter out, List<String> texts) {
        out.varint(texts.size());
        for (String text : texts) {
            out.text(text);
        }
    }

    private static List<String> readTexts(ByteReader in) {
        int count = in.count("texts", 1);
        List<String> texts = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            texts.add(in.text());
        }
        return texts;
    }
}
