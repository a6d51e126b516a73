package dev.penstock.broker.plan.filter;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One expression on one event: reads fragments when first asked, counts the work. One use, one thread. */
final class Evaluation {

    private static final String UNREADABLE = "the stored event could not be read";

    private final EventAt event;
    private final Map<Fragment, MemberTree> trees;
    private final Value[] slots;
    private final Steps steps = new Steps();
    private int fragmentsRead;
    private long bytesRead;
    private @Nullable List<String> unchanged;

    Evaluation(EventAt event, Map<Fragment, MemberTree> trees, int slotCount) {
        this.event = event;
        this.trees = trees;
        this.slots = FragmentReader.slots(slotCount);
    }

    EventAt event() {
        return event;
    }

    Steps steps() {
        return steps;
    }

    long cost() {
        return bytesRead + steps.taken();
    }

    Value member(Fragment fragment, int slot) {
        int bit = 1 << fragment.place();
        if ((fragmentsRead & bit) == 0) {
            fragmentsRead |= bit;
            read(fragment);
        }
        return slots[slot];
    }

    private void read(Fragment fragment) {
        MemberTree tree = trees.get(fragment);
        byte[] bodies = event.bodies().get();
        int start = start(bodies, fragment);
        int length = intAt(bodies, start - Integer.BYTES);
        if (tree == null) {
            return;
        }
        if (length == 0) {
            // The fragment's default: an empty object for changes, else null.
            if (fragment == Fragment.CHANGES && tree.slot() >= 0) {
                slots[tree.slot()] = Value.Structure.OBJECT;
            }
            return;
        }
        bytesRead += length;
        try {
            FragmentReader.read(bodies, start, length, tree, slots);
        } catch (IOException notJson) {
            for (int slot : tree.slots()) {
                slots[slot] = new Value.Failed(UNREADABLE);
            }
        }
    }

    /** Whether the row's value of this column did not change and is therefore not in the event (TOAST). */
    boolean isUnchanged(String column) {
        List<String> names = unchanged;
        if (names == null) {
            byte[] bodies = event.bodies().get();
            int start = start(bodies, Fragment.UNCHANGED);
            int length = intAt(bodies, start - Integer.BYTES);
            try {
                names = length == 0 ? List.of() : FragmentReader.texts(bodies, start, length);
            } catch (IOException notJson) {
                names = List.of();
            }
            unchanged = names;
            bytesRead += length;
        }
        return names.contains(column);
    }

    /** Of the fragment's text, behind its length. */
    private int start(byte[] bodies, Fragment fragment) {
        int at = event.columns().bodyStart(event.index());
        for (int i = 0; i < fragment.place(); i++) {
            at += Integer.BYTES + intAt(bodies, at);
        }
        return at + Integer.BYTES;
    }

    private static int intAt(byte[] bytes, int at) {
        return (bytes[at] & 0xff) << 24
                | (bytes[at + 1] & 0xff) << 16
                | (bytes[at + 2] & 0xff) << 8
                | (bytes[at + 3] & 0xff);
    }
}
