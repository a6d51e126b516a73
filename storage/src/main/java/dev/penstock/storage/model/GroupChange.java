package dev.penstock.storage.model;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What is to change of a group; what is empty stays as it is. The ordering is not among it: it decides what is kept of
 * each unsettled message.
 *
 * @param filter replaces the whole filter
 * @param queue replaces the settings of a queue that is sent to; no other group has any
 * @param tags added, or given another value
 * @param removedTags of before; the tags added come after
 */
public record GroupChange(
        OptionalLong visibilityMillis,
        OptionalInt maxDeliveries,
        Optional<GroupConfig.Mode> mode,
        Optional<Filter> filter,
        OptionalLong delayMillis,
        OptionalLong receiveWaitMillis,
        Optional<Boolean> paused,
        Optional<Boolean> hold,
        Optional<String> deadLetterGroup,
        SortedMap<String, String> tags,
        List<String> removedTags,
        Optional<QueueConfig> queue) {

    /** As in {@link GroupConfig}. */
    public record Filter(List<String> tables, List<String> actions, String where) {
        public Filter {
            tables = List.copyOf(tables);
            actions = List.copyOf(actions);
        }
    }

    public GroupChange {
        tags = Collections.unmodifiableSortedMap(new TreeMap<>(tags));
        removedTags = List.copyOf(removedTags);
    }

    /** The configuration with the change in it. */
    public GroupConfig applyTo(GroupConfig config) {
        Filter now = filter.orElseGet(() -> new Filter(config.tables(), config.actions(), config.where()));
        return new GroupConfig(
                visibilityMillis.orElse(config.visibilityMillis()),
                maxDeliveries.orElse(config.maxDeliveries()),
                config.ordering(),
                mode.orElse(config.mode()),
                now.tables(),
                now.actions(),
                now.where(),
                delayMillis.orElse(config.delayMillis()),
                receiveWaitMillis.orElse(config.receiveWaitMillis()),
                hold.orElse(config.hold()),
                queue.or(config::queue),
                deadLetterGroup.orElse(config.deadLetterGroup()));
    }

    public SortedMap<String, String> applyTo(Map<String, String> before) {
        TreeMap<String, String> after = new TreeMap<>(before);
        removedTags.forEach(after::remove);
        after.putAll(tags);
        return after;
    }

    /** Starts empty. One thread. */
    public static final class Builder {
        private OptionalLong visibilityMillis = OptionalLong.empty();
        private OptionalInt maxDeliveries = OptionalInt.empty();
        private Optional<GroupConfig.Mode> mode = Optional.empty();
        private Optional<Filter> filter = Optional.empty();
        private OptionalLong delayMillis = OptionalLong.empty();
        private OptionalLong receiveWaitMillis = OptionalLong.empty();
        private Optional<Boolean> paused = Optional.empty();
        private Optional<Boolean> hold = Optional.empty();
        private Optional<String> deadLetterGroup = Optional.empty();
        private Map<String, String> tags = Map.of();
        private List<String> removedTags = List.of();
        private Optional<QueueConfig> queue = Optional.empty();

        public Builder visibilityMillis(long millis) {
            visibilityMillis = OptionalLong.of(millis);
            return this;
        }

        public Builder maxDeliveries(int deliveries) {
            maxDeliveries = OptionalInt.of(deliveries);
            return this;
        }

        public Builder mode(GroupConfig.Mode newMode) {
            mode = Optional.of(newMode);
            return this;
        }

        public Builder filter(Filter newFilter) {
            filter = Optional.of(newFilter);
            return this;
        }

        public Builder delayMillis(long millis) {
            delayMillis = OptionalLong.of(millis);
            return this;
        }

        public Builder receiveWaitMillis(long millis) {
            receiveWaitMillis = OptionalLong.of(millis);
            return this;
        }

        public Builder paused(boolean isPaused) {
            paused = Optional.of(isPaused);
            return this;
        }

        public Builder hold(boolean holds) {
            hold = Optional.of(holds);
            return this;
        }

        /** @param name empty = none any more */
        public Builder deadLetterGroup(String name) {
            deadLetterGroup = Optional.of(name);
            return this;
        }

        public Builder tags(Map<String, String> added) {
            tags = Map.copyOf(added);
            return this;
        }

        public Builder removedTags(List<String> names) {
            removedTags = List.copyOf(names);
            return this;
        }

        public Builder queue(QueueConfig settings) {
            queue = Optional.of(settings);
            return this;
        }

        public GroupChange build() {
            return new GroupChange(
                    visibilityMillis,
                    maxDeliveries,
                    mode,
                    filter,
                    delayMillis,
                    receiveWaitMillis,
                    paused,
                    hold,
                    deadLetterGroup,
                    new TreeMap<>(tags),
                    removedTags,
                    queue);
        }
    }
}
