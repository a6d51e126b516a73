package dev.penstock.replicator.flow;

import java.nio.charset.StandardCharsets;

/**
 * The application_name of a replicator's connection: {@code penstock:<cluster>:<node>:<term>}. By it a leader knows whether
 * the process that reads its slot is a predecessor, which it may end, or a successor, which it must not.
 */
record ReaderName(String cluster, String node, long term) {

    private static final String PRODUCT = "penstock";

    /** Postgres cuts application_name after NAMEDATALEN - 1 bytes. */
    private static final int MAX_BYTES = 63;

    private static final int CLUSTER_CHARS = 8;

    /** What to do about the present reader of the slot. */
    enum Verdict {
        /** An earlier leader, or an earlier connection of our own: may be ended. */
        PREDECESSOR,
        /** A later leader: we are deposed and have not heard of it yet. */
        SUCCESSOR,
        /** Not of this cluster. */
        FOREIGN
    }

    static ReaderName of(String clusterId, String nodeId, long term) {
        String cluster = plain(clusterId);
        String shortCluster = cluster.substring(0, Math.min(CLUSTER_CHARS, cluster.length()));
        int room = MAX_BYTES - (PRODUCT + ":" + shortCluster + "::" + term).length();
        String node = plain(nodeId);
        return new ReaderName(shortCluster, node.substring(0, Math.min(Math.max(room, 0), node.length())), term);
    }

    /** One byte per character and no colon. */
    private static String plain(String text) {
        byte[] ascii = text.replace(':', '_').getBytes(StandardCharsets.US_ASCII);
        return new String(ascii, StandardCharsets.US_ASCII);
    }

    Verdict judge(String applicationName) {
        String[] parts = applicationName.split(":", -1);
        if (parts.length != 4 || !parts[0].equals(PRODUCT) || !parts[1].equals(cluster)) {
            return Verdict.FOREIGN;
        }
        long other;
        try {
            other = Long.parseLong(parts[3]);
        } catch (NumberFormatException e) {
            return Verdict.FOREIGN;
        }
        boolean ownEarlier = other == term && parts[2].equals(node);
        return other < term || ownEarlier ? Verdict.PREDECESSOR : Verdict.SUCCESSOR;
    }

    @Override
    public String toString() {
        return PRODUCT + ":" + cluster + ":" + node + ":" + term;
    }
}
