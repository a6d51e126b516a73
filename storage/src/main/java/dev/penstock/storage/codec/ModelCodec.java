package dev.penstock.storage.codec;

import dev.penstock.storage.model.GroupChange;
import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.Lsn;
import dev.penstock.storage.model.QueueConfig;
import dev.penstock.storage.model.Retention;
import dev.penstock.storage.model.SourcePosition;
import dev.penstock.storage.model.StartPosition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Values that occur both in commands and in rows. Stateless. */
public final class ModelCodec {

    // Which parts of a change follow: stored format, never renumbered.
    private static final int VISIBILITY = 1;
    private static final int DELIVERIES = 1 << 1;
    private static final int MODE = 1 << 2;
    private static final int FILTER = 1 << 3;
    private static final int DELAY = 1 << 4;
    private static final int RECEIVE_WAIT = 1 << 5;
    private static final int PAUSE = 1 << 6;
    private static final int HOLD = 1 << 7;
    private static final int QUEUE = 1 << 8;
    private static final int DEAD_LETTER_GROUP = 1 << 9;
    private static final int ALL_PARTS = (1 << 10) - 1;

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
        out.zigzag(config.delayMillis());
        out.zigzag(config.receiveWaitMillis());
        out.u8(config.hold() ? 1 : 0);
        out.u8(config.queue().isPresent() ? 1 : 0);
        config.queue().ifPresent(queue -> writeQueue(out, queue));
        out.text(config.deadLetterGroup());
    }

    private static void writeQueue(ByteWriter out, QueueConfig queue) {
        out.zigzag(queue.maxMessageBytes())
                .zigzag(queue.retentionMillis())
                .u8(queue.contentBasedDeduplication() ? 1 : 0);
    }

    private static QueueConfig readQueue(ByteReader in) {
        return new QueueConfig(
                in.integer("a size of messages"), in.zigzag(), in.flag("deduplication of a queue by content"));
    }

    public static GroupConfig readConfig(ByteReader in) {
        long visibilityMillis = in.zigzag();
        int maxDeliveries = in.integer("a number of deliveries");
        GroupConfig.Ordering ordering = ordering(in.u8());
        GroupConfig.Mode mode = mode(in.u8());
        List<String> tables = readTexts(in);
        List<String> actions = readTexts(in);
        String where = in.text();
        long delayMillis = in.zigzag();
        long receiveWaitMillis = in.zigzag();
        boolean hold = in.flag("hold of a group");
        Optional<QueueConfig> queue = in.flag("kind of a group") ? Optional.of(readQueue(in)) : Optional.empty();
        return new GroupConfig(
                visibilityMillis,
                maxDeliveries,
                ordering,
                mode,
                tables,
                actions,
                where,
                delayMillis,
                receiveWaitMillis,
                hold,
                queue,
                in.text());
    }

    public static void writeChange(ByteWriter out, GroupChange change) {
        int present = (change.visibilityMillis().isPresent() ? VISIBILITY : 0)
                | (change.maxDeliveries().isPresent() ? DELIVERIES : 0)
                | (change.mode().isPresent() ? MODE : 0)
                | (change.filter().isPresent() ? FILTER : 0)
                | (change.delayMillis().isPresent() ? DELAY : 0)
                | (change.receiveWaitMillis().isPresent() ? RECEIVE_WAIT : 0)
                | (change.paused().isPresent() ? PAUSE : 0)
                | (change.hold().isPresent() ? HOLD : 0)
                | (change.queue().isPresent() ? QUEUE : 0)
                | (change.deadLetterGroup().isPresent() ? DEAD_LETTER_GROUP : 0);
        out.varint(present);
        change.visibilityMillis().ifPresent(out::zigzag);
        change.maxDeliveries().ifPresent(out::zigzag);
        change.mode().ifPresent(mode -> out.u8(mode.code()));
        change.filter().ifPresent(filter -> {
            writeTexts(out, filter.tables());
            writeTexts(out, filter.actions());
            out.text(filter.where());
        });
        change.delayMillis().ifPresent(out::zigzag);
        change.receiveWaitMillis().ifPresent(out::zigzag);
        change.paused().ifPresent(paused -> out.u8(paused ? 1 : 0));
        change.hold().ifPresent(hold -> out.u8(hold ? 1 : 0));
        change.queue().ifPresent(queue -> writeQueue(out, queue));
        change.deadLetterGroup().ifPresent(out::text);
        writeTags(out, change.tags());
        writeTexts(out, change.removedTags());
    }

    public static GroupChange readChange(ByteReader in) {
        int present = in.bounded("the parts of a change", Integer.MAX_VALUE);
        if (present > ALL_PARTS) {
            throw new UnknownFormatException("parts of a change", present, "bits 0 to 9");
        }
        GroupChange.Builder change = new GroupChange.Builder();
        if ((present & VISIBILITY) != 0) {
            change.visibilityMillis(in.zigzag());
        }
        if ((present & DELIVERIES) != 0) {
            change.maxDeliveries(in.integer("a number of deliveries"));
        }
        if ((present & MODE) != 0) {
            change.mode(mode(in.u8()));
        }
        if ((present & FILTER) != 0) {
            List<String> tables = readTexts(in);
            List<String> actions = readTexts(in);
            change.filter(new GroupChange.Filter(tables, actions, in.text()));
        }
        if ((present & DELAY) != 0) {
            change.delayMillis(in.zigzag());
        }
        if ((present & RECEIVE_WAIT) != 0) {
            change.receiveWaitMillis(in.zigzag());
        }
        if ((present & PAUSE) != 0) {
            change.paused(in.flag("pause of a group"));
        }
        if ((present & HOLD) != 0) {
            change.hold(in.flag("hold of a group"));
        }
        if ((present & QUEUE) != 0) {
            change.queue(readQueue(in));
        }
        if ((present & DEAD_LETTER_GROUP) != 0) {
            change.deadLetterGroup(in.text());
        }
        return change.tags(readTags(in)).removedTags(readTexts(in)).build();
    }

    /** In order of their keys, so that the same tags are the same bytes. */
    public static void writeTags(ByteWriter out, SortedMap<String, String> tags) {
        out.varint(tags.size());
        tags.forEach((key, value) -> out.text(key).text(value));
    }

    public static SortedMap<String, String> readTags(ByteReader in) {
        int count = in.count("tags", 2);
        TreeMap<String, String> tags = new TreeMap<>();
        for (int i = 0; i < count; i++) {
            String key = in.text();
            if (!tags.isEmpty() && tags.lastKey().compareTo(key) >= 0) {
                throw in.failure("expected tags in order of their keys");
            }
            tags.put(key, in.text());
        }
        return tags;
    }

    public static void writeRetention(ByteWriter out, Retention retention) {
        out.zigzag(retention.ageMillis()).zigzag(retention.bytes()).zigzag(retention.holdBytes());
    }

    public static Retention readRetention(ByteReader in) {
        return new Retention(in.zigzag(), in.zigzag(), in.zigzag());
    }

    public static void writeStart(ByteWriter out, StartPosition start) {
        if (start instanceof StartPosition.Earliest) {
            out.u8(1);
        } else if (start instanceof StartPosition.Latest) {
            out.u8(2);
        } else if (start instanceof StartPosition.AtOffset at) {
            out.u8(3).zigzag(at.offset());
        } else if (start instanceof StartPosition.AtTime at) {
            out.u8(4).zigzag(at.micros()).zigzag(at.offset());
        } else if (start instanceof StartPosition.AtLsn at) {
            out.u8(5).i64(at.lsn().value()).zigzag(at.offset());
        }
    }

    public static StartPosition readStart(ByteReader in) {
        int kind = in.u8();
        return switch (kind) {
            case 1 -> new StartPosition.Earliest();
            case 2 -> new StartPosition.Latest();
            case 3 -> new StartPosition.AtOffset(in.zigzag());
            case 4 -> new StartPosition.AtTime(in.zigzag(), in.zigzag());
            case 5 -> new StartPosition.AtLsn(new Lsn(in.i64()), in.zigzag());
            default -> throw new UnknownFormatException("start position", kind, "1 to 5");
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
