package dev.penstock.broker.plan.filter;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The members of one fragment that an expression names, as a tree, so that one pass over the JSON reads them all and skips
 * the rest. Built by the parser, not changed afterwards.
 */
final class MemberTree {

    /** A step on the way to a member. */
    sealed interface Step {
        record Name(String name) implements Step {}

        record Index(int index) implements Step {}
    }

    private final Map<String, MemberTree> names = new LinkedHashMap<>();
    private final Map<Integer, MemberTree> indexes = new LinkedHashMap<>();
    private int slot = -1;
    private boolean elements;

    /**
     * The member at the end of the path.
     *
     * @param nextSlot the slot it gets if it has none yet
     * @param withElements whether an array there is to be read
     */
    int add(List<Step> path, int nextSlot, boolean withElements) {
        MemberTree at = this;
        for (Step step : path) {
            if (step instanceof Step.Name name) {
                at = at.names.computeIfAbsent(name.name(), unused -> new MemberTree());
            } else if (step instanceof Step.Index index) {
                at = at.indexes.computeIfAbsent(index.index(), unused -> new MemberTree());
            }
        }
        if (at.slot < 0) {
            at.slot = nextSlot;
        }
        at.elements |= withElements;
        return at.slot;
    }

    Map<String, MemberTree> names() {
        return names;
    }

    Map<Integer, MemberTree> indexes() {
        return indexes;
    }

    /** Where the value of this member goes; negative if nobody wants it. */
    int slot() {
        return slot;
    }

    boolean withElements() {
        return elements;
    }

    /** The slots of this member and of all below it. */
    List<Integer> slots() {
        List<Integer> slots = new ArrayList<>();
        collect(slots);
        return slots;
    }

    private void collect(List<Integer> into) {
        if (slot >= 0) {
            into.add(slot);
        }
        names.values().forEach(child -> child.collect(into));
        indexes.values().forEach(child -> child.collect(into));
    }
}
