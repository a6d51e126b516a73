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

    /** @param place such as {@code DeleteMessageBatchRequestEntry.1.}: as AWS names it, also where the request is JSON */
    record Structure(String id, String place, SqsInput members) {}

    /** @param kind of the entries, as AWS' messages name it */
    static List<Entry> of(SqsInput input, String kind) {
        List<Entry> entries = new ArrayList<>();
        for (Structure structure : structures(input, kind)) {
            SqsInput members = structure.members();
            String handle = members.text("ReceiptHandle")
                    .orElseThrow(() -> SqsFailure.missing(structure.place() + "ReceiptHandle"));
            entries.add(new Entry(structure.id(), handle, members.integer("VisibilityTimeout")));
        }
        return entries;
    }

    /** The same of entries of any members. */
    static List<Structure> structures(SqsInput input, String kind) {
        List<SqsInput> all = input.structures("Entries");
        if (all.isEmpty()) {
            throw new SqsFailure(Kind.EMPTY_BATCH, "There should be at least one " + kind + " in the request.");
        }
        if (all.size() > MAX_ENTRIES) {
            throw new SqsFailure(
                    Kind.TOO_MANY_ENTRIES,
                    "Maximum number of entries per request are " + MAX_ENTRIES + ". You have sent " + all.size() + ".");
        }
        List<Structure> structures = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < all.size(); i++) {
            String place = kind + "." + (i + 1) + ".";
            String id = all.get(i).text("Id").orElseThrow(() -> SqsFailure.missing(place + "Id"));
            if (!ID.matcher(id).matches()) {
                throw new SqsFailure(
                        Kind.INVALID_ENTRY_ID,
                        "A batch entry id can only contain alphanumeric characters, hyphens and underscores."
                                + " It can be at most 80 letters long.");
            }
            if (!ids.add(id)) {
                throw new SqsFailure(Kind.IDS_NOT_DISTINCT, "Id " + id + " repeated.");
            }
            structures.add(new Structure(id, place, all.get(i)));
        }
        return structures;
    }
}
