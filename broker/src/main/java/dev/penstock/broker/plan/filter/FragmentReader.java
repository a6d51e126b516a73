package dev.penstock.broker.plan.filter;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads the members that an expression names out of a fragment, and skips all others. Of a member that is there twice (the
 * type json keeps both) the last counts, as in Postgres. Stateless.
 */
final class FragmentReader {

    /** Elements of one array that are looked at by {@code in}. */
    static final int MAX_ELEMENTS = 100_000;

    /** Fragments are made by this product, and bounded by the size of an event. Names are foreign: not interned. */
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(Integer.MAX_VALUE)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private FragmentReader() {}

    /** Fills the slots of the tree; those of members that are not there become {@link Value.Missing#ABSENT}. */
    static void read(byte[] json, int from, int length, MemberTree tree, Value[] slots) throws IOException {
        clear(tree, slots);
        try (JsonParser parser = FACTORY.createParser(json, from, length)) {
            parser.nextToken();
            readMember(parser, tree, slots, true);
        }
    }

    /** The strings of an array of strings. */
    static List<String> texts(byte[] json, int from, int length) throws IOException {
        List<String> texts = new ArrayList<>();
        try (JsonParser parser = FACTORY.createParser(json, from, length)) {
            while (parser.nextToken() != null) {
                if (parser.currentToken() == JsonToken.VALUE_STRING) {
                    texts.add(parser.getText());
                }
            }
        }
        return texts;
    }

    private static void clear(MemberTree tree, Value[] slots) {
        for (int slot : tree.slots()) {
            slots[slot] = Value.Missing.ABSENT;
        }
    }

    /**
     * The parser stands at the first token of the value, and afterwards at its last.
     *
     * @param outermost the columns of a row are there once each: the rest needs no look when all are found
     */
    private static void readMember(JsonParser parser, MemberTree tree, Value[] slots, boolean outermost)
            throws IOException {
        JsonToken token = parser.currentToken();
        if (token == JsonToken.START_OBJECT) {
            put(tree, slots, Value.Structure.OBJECT);
            if (tree.names().isEmpty()) {
                parser.skipChildren();
            } else {
                readObject(parser, tree, slots, outermost);
            }
        } else if (token == JsonToken.START_ARRAY) {
            put(tree, slots, Value.Structure.ARRAY);
            if (tree.indexes().isEmpty() && !tree.withElements()) {
                parser.skipChildren();
            } else {
                readArray(parser, tree, slots);
            }
        } else if (tree.slot() >= 0) {
            put(tree, slots, scalar(parser));
        }
    }

    private static void readObject(JsonParser parser, MemberTree tree, Value[] slots, boolean outermost)
            throws IOException {
        int missing = tree.names().size();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            MemberTree member = tree.names().get(parser.currentName());
            parser.nextToken();
            if (member == null) {
                parser.skipChildren();
                continue;
            }
            if (!outermost) {
                clear(member, slots);
            }
            readMember(parser, member, slots, false);
            if (outermost && --missing == 0) {
                return;
            }
        }
    }

    private static void readArray(JsonParser parser, MemberTree tree, Value[] slots) throws IOException {
        List<Value> elements = new ArrayList<>();
        for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
            if (parser.currentToken() == null) {
                return;
            }
            if (tree.withElements() && elements.size() <= MAX_ELEMENTS) {
                elements.add(scalar(parser));
            }
            MemberTree member = tree.indexes().get(i);
            if (member == null) {
                parser.skipChildren();
            } else {
                readMember(parser, member, slots, false);
            }
        }
        if (tree.withElements()) {
            put(tree, slots, new Value.Elements(elements));
        }
    }

    private static void put(MemberTree tree, Value[] slots, Value value) {
        if (tree.slot() >= 0) {
            slots[tree.slot()] = value;
        }
    }

    private static Value scalar(JsonParser parser) throws IOException {
        JsonToken token = parser.currentToken();
        return switch (token) {
            case VALUE_NULL -> Value.Missing.NULL;
            case VALUE_TRUE -> Value.Bool.TRUE;
            case VALUE_FALSE -> Value.Bool.FALSE;
            case VALUE_STRING -> new Value.Text(parser.getText());
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(parser.getText());
            case START_OBJECT -> Value.Structure.OBJECT;
            case START_ARRAY -> Value.Structure.ARRAY;
            default -> throw new IOException("expected a value, but got " + token);
        };
    }

    private static Value number(String text) {
        Numeral numeral = Numeral.parse(text);
        return numeral == null
                ? new Value.Failed("a number with an exponent too large")
                : new Value.Numeric(numeral, text);
    }

    /** Slots of members none of which is there yet. */
    static Value[] slots(int count) {
        Value[] slots = new Value[count];
        Arrays.fill(slots, Value.Missing.ABSENT);
        return slots;
    }
}
