package dev.penstock.storage.machine;

import dev.penstock.storage.machine.Reply.Rejected;
import dev.penstock.storage.machine.Reply.Rejection;
import dev.penstock.storage.model.GroupChange;
import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.table.TagTable;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * Changes of a group's configuration. What a plan rests on (filter, mode, pause) moves the plan version, so that no grant
 * planned before is accepted after; it concerns offsets from the scan position on, what was judged before stays judged.
 * Touches two rows.
 */
final class UpdateHandler {

    /** SQS' own limits. */
    static final int MAX_TAGS = 50;

    static final int MAX_TAG_KEY_CHARACTERS = 128;
    static final int MAX_TAG_VALUE_CHARACTERS = 256;

    private final Catalog catalog;

    UpdateHandler(Catalog catalog) {
        this.catalog = catalog;
    }

    Reply update(Entry entry, Command.UpdateGroup c) {
        Group group = catalog.group(c.groupId());
        if (group == null) {
            return Refusal.unknownGroup(c.groupId());
        }
        if (group.generation != c.generation()) {
            return Refusal.staleGeneration(group, c.generation());
        }
        GroupChange change = c.change();
        GroupConfig config = change.applyTo(group.config);
        boolean paused = change.paused().orElse(group.paused);
        boolean replans = paused != group.paused || !samePlans(config, group.config);
        // A plan version is a Raft index: two in one entry would be the same, and plans of the first good for both.
        if (group.planVersion != c.planVersion() || (replans && group.planVersion == entry.index)) {
            return new Rejected(
                    Rejection.STALE_PLAN,
                    "expected plan version " + group.planVersion + " of group " + group.id + ", but got "
                            + c.planVersion());
        }
        SortedMap<String, String> tags = change.applyTo(group.tags);
        String fault = GroupHandler.faultOf(config);
        if (config.queue().isPresent() != group.config.queue().isPresent()) {
            fault = "expected a queue that is sent to: a group over changes cannot become one";
        }
        if (fault == null) {
            fault = faultOf(tags);
        }
        if (fault != null) {
            return Refusal.malformed(fault);
        }
        // What waits for a delay to end may not have to any more.
        boolean wakes = replans || config.delayMillis() != group.config.delayMillis();
        boolean changes = replans || !config.equals(group.config) || !tags.equals(group.tags);
        if (changes) {
            TagTable.change(entry.tx, group.id, group.tags, tags);
            group.tags = tags;
            group.config = config;
            group.paused = paused;
            group.changedWallMillis = entry.wallMillis;
            group.touch();
        }
        if (replans) {
            group.planVersion = entry.index;
        }
        if (wakes) {
            entry.freedGroups.add(group.id);
        }
        return new Reply.Done();
    }

    private static boolean samePlans(GroupConfig a, GroupConfig b) {
        return a.mode() == b.mode()
                && a.tables().equals(b.tables())
                && a.actions().equals(b.actions())
                && a.where().equals(b.where());
    }

    private static @Nullable String faultOf(SortedMap<String, String> tags) {
        if (tags.size() > MAX_TAGS) {
            return "expected at most " + MAX_TAGS + " tags, but got " + tags.size();
        }
        for (Map.Entry<String, String> tag : tags.entrySet()) {
            int key = tag.getKey().length();
            if (key == 0 || key > MAX_TAG_KEY_CHARACTERS || tag.getValue().length() > MAX_TAG_VALUE_CHARACTERS) {
                return "expected tags of 1 to " + MAX_TAG_KEY_CHARACTERS + " characters with values of at most "
                        + MAX_TAG_VALUE_CHARACTERS;
            }
        }
        return null;
    }
}
