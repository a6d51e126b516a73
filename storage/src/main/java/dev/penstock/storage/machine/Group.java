package dev.penstock.storage.machine;

import dev.penstock.storage.model.GroupConfig;
import dev.penstock.storage.model.GroupState;
import dev.penstock.storage.model.Losses;
import dev.penstock.storage.model.StartPosition;
import dev.penstock.storage.table.GroupTable;
import java.util.SortedMap;
import java.util.TreeMap;

/** A group in the machine's memory, changed in place by the apply thread and written through at the end of an entry. */
final class Group {

    final int id;
    final String name;
    final int streamId;
    final long createdWallMillis;
    final StartPosition requestedStart;
    GroupConfig config;
    boolean paused;
    long changedWallMillis;
    Losses losses;
    SortedMap<String, String> tags = new TreeMap<>();
    long generation;
    long planVersion;
    long startOffset;
    long scan;
    long leased;
    long delayed;
    long ready;
    long dying;
    /** Of the unsettled messages: those that were put back from the dead letters. They have no part in the floor. */
    long aside;

    long deadLetters;
    /** As of the last write; valid again after {@link Catalog#writeTo}. */
    long floor;

    ParkedKeys parked = new ParkedKeys();
    private KeyCounts keyCounts = new KeyCounts();
    private boolean changed;
    private boolean floorMoved;

    Group(GroupTable.Row row) {
        GroupState state = row.state();
        id = state.id();
        name = state.name();
        streamId = state.streamId();
        generation = state.generation();
        planVersion = state.planVersion();
        startOffset = state.startOffset();
        scan = state.scan();
        leased = state.leased();
        delayed = state.delayed();
        ready = state.ready();
        dying = state.dying();
        aside = state.aside();
        deadLetters = state.deadLetters();
        createdWallMillis = state.createdWallMillis();
        config = state.config();
        requestedStart = state.requestedStart();
        paused = state.paused();
        changedWallMillis = state.changedWallMillis();
        losses = state.losses();
        floor = row.floor();
    }

    boolean ordered() {
        return config.ordering() == GroupConfig.Ordering.KEY;
    }

    KeyCounts keyCounts() {
        return keyCounts;
    }

    /** After a load, or when a new generation begins. */
    void keys(KeyCounts counts, ParkedKeys keys) {
        keyCounts = counts;
        parked = keys;
    }

    long unsettledRows() {
        return leased + delayed + ready + dying;
    }

    /** Of events that stand in the log. */
    long unsettledInLog() {
        return unsettledRows() - aside;
    }

    /** Whether a message that was delivered so often and failed is dead. */
    boolean isLastDelivery(int deliveries) {
        return config.maxDeliveries() > 0 && deliveries >= config.maxDeliveries();
    }

    /** Its row must be written. */
    void touch() {
        changed = true;
    }

    /** The message at the offset left, or the scan position moved: the floor may have to move. */
    void touchFloor(long offset) {
        changed = true;
        floorMoved |= offset == floor;
    }

    boolean isChanged() {
        return changed;
    }

    boolean isFloorMoved() {
        return floorMoved;
    }

    void settled(long newFloor) {
        floor = newFloor;
        floorMoved = false;
    }

    void written() {
        changed = false;
    }

    GroupTable.Row toRow() {
        GroupState state = new GroupState(
                id,
                name,
                streamId,
                generation,
                planVersion,
                startOffset,
                scan,
                leased,
                delayed,
                ready,
                parked.size(),
                createdWallMillis,
                config,
                requestedStart,
                paused,
                changedWallMillis,
                losses,
                dying,
                aside,
                deadLetters);
        return new GroupTable.Row(state, floor);
    }
}
