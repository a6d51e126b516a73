package dev.penstock.client;

import java.util.List;

/**
 * @param results one per receipt, in order
 * @param logIndex the Raft index that decided; 0 if the answer named none
 */
public record Settled(List<ItemResult> results, long logIndex) {
    public Settled {
        results = List.copyOf(results);
    }

    public boolean allOk() {
        return results.stream().allMatch(ItemResult::ok);
    }
}
