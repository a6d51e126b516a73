package dev.penstock.broker.http.sqs;

import dev.penstock.broker.http.sqs.SqsFailure.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;

/** The entries of a batch. What is wrong with the batch as a whole is refused before any entry is carried out. Stateless. */
final class BatchEntries {

    private static final int MAX_ENTRIES = 10;
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,80}");

    private BatchEntries() {}

    record Entry(String id, String handle, OptionalInt visibilitySeconds) {}

    /** @param kind of the entries, as AWS' messages name it */
    static List<Entry> of(SqsInput input, String kind) {
        List<SqsInput> structures = input.structures("Entries");
        if (structures.isEmpty()) {
            throw new SqsFailure(Kind.EMPTY_BATCH, "There should be at least one " + kind + " in the request.");
        }
        if (structures.size() > MAX_ENTRIES) {
            throw new SqsFailure(
                    Kind.TOO_MANY_ENTRIES,
                    "Maximum number of entries per request are " + MAX_ENTRIES + ". You have sent " + structures.size()
                            + ".");
        }
        List<Entry> entries = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < structures.size(); i++) {
            SqsInput structure = structures.get(i);
            // As AWS names it, also where the request is JSON.
            String where = kind + "." + (i + 1) + ".";
            String id = structure.text("Id").orElseThrow(() -> SqsFailure.missing(where + "Id"));
            if (!ID.matcher(id).matches()) {
                throw new SqsFailure(
                        Kind.INVALID_ENTRY_ID,
                        "A batch entry id can only contain alphanumeric characters, hyphens and underscores."
                                + " It can be at most 80 letters long.");
            }
            if (!ids.add(id)) {
                throw new SqsFailure(Kind.IDS_NOT_DISTINCT, "Id " + id + " repeated.");
            }
            String handle =
                    structure.text("ReceiptHandle").orElseThrow(() -> SqsFailure.missing(where + "ReceiptHandle"));
            entries.add(new Entry(id, handle, structure.integer("VisibilityTimeout")));
        }
        return entries;
    }
}
