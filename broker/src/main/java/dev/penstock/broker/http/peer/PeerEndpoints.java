package dev.penstock.broker.http.peer;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** What this node answers its peers, by path. Filled while the node opens; thread-safe. */
public final class PeerEndpoints {

    /** Called on an event loop: never blocks, throws nothing. */
    public interface Endpoint {
        CompletableFuture<byte[]> call(PeerCall call);
    }

    private final Map<String, Endpoint> byPath = new ConcurrentHashMap<>();

    /** @param path such as {@code /internal/identity} */
    public PeerEndpoints add(String path, Endpoint endpoint) {
        if (byPath.putIfAbsent(path, endpoint) != null) {
            throw new IllegalArgumentException("the peer endpoint " + path + " is there already");
        }
        return this;
    }

    Optional<Endpoint> find(String path) {
        return Optional.ofNullable(byPath.get(path));
    }
}
