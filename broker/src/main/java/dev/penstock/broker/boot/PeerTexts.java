package dev.penstock.broker.boot;

import dev.penstock.broker.raft.PeerReport;
import dev.penstock.broker.raft.StateMark;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * What nodes tell each other, as lines of {@code key=value} in UTF-8: readable in a capture, and a newer node may add lines
 * that an older one ignores. Values hold no line ends.
 */
final class PeerTexts {

    private PeerTexts() {}

    static byte[] encode(Map<String, String> lines) {
        StringBuilder text = new StringBuilder();
        lines.forEach((key, value) -> text.append(key).append('=').append(value).append('\n'));
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    static Map<String, String> decode(byte[] bytes) {
        Map<String, String> lines = new LinkedHashMap<>();
        new String(bytes, StandardCharsets.UTF_8).lines().forEach(line -> {
            int equals = line.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException("expected key=value from a peer, but got a line without '='");
            }
            lines.put(line.substring(0, equals), line.substring(equals + 1));
        });
        return lines;
    }

    static String required(Map<String, String> lines, String key) {
        String value = lines.get(key);
        if (value == null) {
            throw new IllegalArgumentException("expected '" + key + "' from a peer");
        }
        return value;
    }

    static byte[] encode(PeerReport report) {
        Map<String, String> lines = new LinkedHashMap<>();
        lines.put("state", report.state().name());
        lines.put("cluster", report.clusterId());
        lines.put("node", report.nodeId());
        lines.put("peer", report.peerUuid().toString());
        new TreeMap<>(report.members()).forEach((node, uuid) -> lines.put("member." + node, uuid.toString()));
        return encode(lines);
    }

    static PeerReport report(byte[] bytes) {
        Map<String, String> lines = decode(bytes);
        Map<String, UUID> members = new HashMap<>();
        lines.forEach((key, value) -> {
            if (key.startsWith("member.")) {
                members.put(key.substring("member.".length()), UUID.fromString(value));
            }
        });
        return new PeerReport(
                PeerReport.State.valueOf(required(lines, "state")),
                required(lines, "cluster"),
                required(lines, "node"),
                UUID.fromString(required(lines, "peer")),
                members);
    }

    static byte[] encodeMarks(List<StateMark> marks) {
        Map<String, String> lines = new LinkedHashMap<>();
        for (StateMark mark : marks) {
            StringBuilder value = new StringBuilder(Long.toHexString(mark.stateDigest()));
            new TreeMap<>(mark.chains())
                    .forEach((stream, chain) ->
                            value.append(' ').append(stream).append(':').append(Long.toHexString(chain)));
            lines.put("mark." + mark.index(), value.toString());
        }
        return encode(lines);
    }

    static List<StateMark> marks(byte[] bytes) {
        List<StateMark> marks = new ArrayList<>();
        decode(bytes).forEach((key, value) -> {
            if (key.startsWith("mark.")) {
                String[] parts = value.split(" ", -1);
                Map<Integer, Long> chains = new HashMap<>();
                for (int i = 1; i < parts.length; i++) {
                    int colon = parts[i].indexOf(':');
                    chains.put(
                            Integer.parseInt(parts[i].substring(0, colon)),
                            Long.parseUnsignedLong(parts[i].substring(colon + 1), 16));
                }
                marks.add(new StateMark(
                        Long.parseLong(key.substring("mark.".length())), Long.parseUnsignedLong(parts[0], 16), chains));
            }
        });
        return marks;
    }
}
