package dev.penstock.broker.http.api;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What probes ask. Filled by whoever wires the node; may read the store. Details are for people and hold no secrets. */
public interface NodeHealth {

    /** Whether the node can serve: opened, a leader known, and its log applied. */
    Health ready();

    /** One check per source of the cluster; another node may have to be asked. */
    CompletableFuture<Health> sources();

    record Health(List<Check> checks) {
        public Health {
            checks = List.copyOf(checks);
        }

        boolean ok() {
            return checks.stream().allMatch(Check::ok);
        }
    }

    /** @param code stable, for programs: {@code ok}, or what is wrong */
    record Check(String name, boolean ok, String code, String detail) {}
}
