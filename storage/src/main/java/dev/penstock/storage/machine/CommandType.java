package dev.penstock.storage.machine;

import dev.penstock.storage.codec.UnknownFormatException;
import org.jspecify.annotations.Nullable;

/**
 * Tags of commands in the Raft log. Stored format: never renumbered, never reused; a changed rule is a new tag.
 */
public enum CommandType {
    SOURCE_INTENT(1),
    SOURCE_READY(2),
    APPEND(3),
    SOURCE_BOUND(4),
    STOP_SOURCE(5),
    RESUME_SOURCE(6),
    SOURCE_TIMELINE(7),
    CREATE_GROUP(16),
    DELETE_GROUP(17),
    SEEK_GROUP(18),
    UPDATE_GROUP(19),
    PUT_KEY(20),
    REVOKE_KEY(21),
    GRANT(32),
    ACK(33),
    NACK(34),
    EXTEND(35),
    RELEASE(36),
    DEAD_LETTER(37),
    REDRIVE(38),
    DROP_DEAD_LETTERS(39),
    EXPIRE(48),
    SWEEP(49),
    TRIM(50),
    MARK(51),
    RAISE_FEATURE_LEVEL(52),
    SET_RETENTION(53);

    private static final int LARGEST = 64;
    private static final @Nullable CommandType[] BY_TAG = new CommandType[LARGEST];

    static {
        for (CommandType type : values()) {
            BY_TAG[type.tag] = type;
        }
    }

    private final int tag;

    CommandType(int tag) {
        this.tag = tag;
    }

    int tag() {
        return tag;
    }

    static CommandType ofTag(int tag) {
        CommandType type = tag < LARGEST ? BY_TAG[tag] : null;
        if (type == null) {
            throw new UnknownFormatException("command tag", tag, "1 to 53");
        }
        return type;
    }
}
