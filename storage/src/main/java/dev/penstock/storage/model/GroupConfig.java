package dev.penstock.storage.model;

import java.util.List;
import java.util.Optional;

/**
 * How a consumer group behaves. The machine stores it and compares it for idempotent creation; it interprets
 * only {@code maxDeliveries}, {@code ordering} and {@code deadLetterGroup}. Filters are evaluated by the leader's planner.
 *
 * @param visibilityMillis default lease length
 * @param maxDeliveries deliveries before an event is dead; 0 = unlimited
 * @param tables {@code schema.table} or {@code schema.*}; empty = all
 * @param actions words of {@link Action}; empty = all
 * @param where filter expression; empty = none
 * @param delayMillis how long an event is hidden before its first delivery
 * @param receiveWaitMillis how long an SQS receive waits that does not say
 * @param hold the log is not trimmed beyond this group's floor, as long as the stream's bound on that is kept
 * @param queue of a queue that is sent to; empty = a group over changes
 * @param deadLetterGroup name of the group whose messages its dead letters become, as long as there is one of the same stream
 *     and ordering; empty = they are kept
 */
public record GroupConfig(
        long visibilityMillis,
        int maxDeliveries,
        Ordering ordering,
        Mode mode,
        List<String> tables,
        List<String> actions,
        String where,
        long delayMillis,
        long receiveWaitMillis,
        boolean hold,
        Optional<QueueConfig> queue,
        String deadLetterGroup) {

    public static final long DEFAULT_VISIBILITY_MILLIS = 30_000;

    /** The code is stored format: never renumber. */
    public enum Ordering {
        NONE(0),
        KEY(1);

        private final int code;

        Ordering(int code) {
            this.code = code;
        }

        public int code() {
            return code;
        }
    }

    /** The code is stored format: never renumber. */
    public enum Mode {
        CHANGES(0),
        ROWS(1);

        private final int code;

        Mode(int code) {
            this.code = code;
        }

        public int code() {
            return code;
        }
    }

    public GroupConfig {
        tables = List.copyOf(tables);
        actions = List.copyOf(actions);
    }

    /** Over changes, without a delay, a wait or a hold on the log. */
    public GroupConfig(
            long visibilityMillis,
            int maxDeliveries,
            Ordering ordering,
            Mode mode,
            List<String> tables,
            List<String> actions,
            String where) {
        this(visibilityMillis, maxDeliveries, ordering, mode, tables, actions, where, 0, 0);
    }

    /** Over changes, and without a hold on the log. */
    public GroupConfig(
            long visibilityMillis,
            int maxDeliveries,
            Ordering ordering,
            Mode mode,
            List<String> tables,
            List<String> actions,
            String where,
            long delayMillis,
            long receiveWaitMillis) {
        this(
                visibilityMillis,
                maxDeliveries,
                ordering,
                mode,
                tables,
                actions,
                where,
                delayMillis,
                receiveWaitMillis,
                false,
                Optional.empty(),
                "");
    }

    public static GroupConfig defaults() {
        return new GroupConfig(DEFAULT_VISIBILITY_MILLIS, 0, Ordering.NONE, Mode.CHANGES, List.of(), List.of(), "");
    }
}
