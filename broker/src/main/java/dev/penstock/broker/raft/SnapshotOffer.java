package dev.penstock.broker.raft;

import java.util.List;

/** A snapshot that one node gives to another: verified, and held until it was fetched. */
public record SnapshotOffer(long term, long index, List<StoredFile> files) {

    public SnapshotOffer {
        files = List.copyOf(files);
    }

    /** @param sha256 of its content, in hexadecimal digits */
    public record StoredFile(String name, long bytes, String sha256) {}
}
