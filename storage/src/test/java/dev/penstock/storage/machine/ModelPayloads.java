package dev.penstock.storage.machine;

import java.util.TreeMap;

/** The stream that keeps the payloads of dead letters: how many bytes each has. */
final class ModelPayloads {

    final int streamId;
    final TreeMap<Long, Integer> sizes = new TreeMap<>();
    long end;

    ModelPayloads(int streamId) {
        this.streamId = streamId;
    }

    long add(int bytes) {
        sizes.put(end, bytes);
        return end++;
    }

    long bytes() {
        return sizes.values().stream().mapToLong(Integer::longValue).sum();
    }
}
