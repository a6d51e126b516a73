package dev.penstock.replicator.flow;

import dev.penstock.replicator.pgoutput.PgOutputBytes;
import dev.penstock.storage.model.Lsn;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;

/**
 * One change of a made-up transaction.
 *
 * @param message as the walsender sends it
 * @param lines what it must become in the log, a line per event
 */
record FakeChange(byte[] message, List<String> lines) {

    private static final int IDS = 10;

    static FakeChange random(SplittableRandom random, int firstOid, int tables, int row, Lsn commitLsn) {
        int table = random.nextInt(tables);
        int oid = firstOid + table;
        String id = String.valueOf(random.nextInt(IDS));
        String value = "v" + row;
        String key = " t.t" + table + " key={\"id\":" + id + "} {\"id\":" + id;
        String whole = key + ",\"v\":\"" + value + "\"}";
        return switch (random.nextInt(12)) {
            case 0 -> of(PgOutputBytes.delete(oid, 'K', id, null), "delete" + key + "}");
            case 1 -> of(PgOutputBytes.truncate(oid, firstOid), "truncate t.t" + table, "truncate t.t0");
            case 2 ->
                of(
                        PgOutputBytes.logical(
                                true, new Lsn(commitLsn.value() - 1), "p", value.getBytes(StandardCharsets.UTF_8)),
                        "message p {\"prefix\":\"p\",\"content\":\"" + value + "\",\"transactional\":true}");
            case 3, 4, 5 -> of(PgOutputBytes.update(oid, id, value), "update" + whole);
            default -> of(PgOutputBytes.insert(oid, id, value), "insert" + whole);
        };
    }

    private static FakeChange of(byte[] message, String... lines) {
        return new FakeChange(message, List.of(lines));
    }
}
