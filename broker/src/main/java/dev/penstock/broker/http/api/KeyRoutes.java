package dev.penstock.broker.http.api;

import dev.penstock.broker.http.Access;
import dev.penstock.broker.http.ApiKey;
import dev.penstock.broker.http.ErrorForm;
import dev.penstock.broker.http.ProblemForm;
import dev.penstock.broker.http.ReaderPool;
import dev.penstock.broker.http.Route;
import dev.penstock.broker.http.Route.Repeat;
import dev.penstock.broker.keys.KeyService;
import java.util.List;

/** The keys' part of the table of routes. Stateless. */
public final class KeyRoutes {

    private KeyRoutes() {}

    /** @param configured keys of this node's configuration */
    public static List<Route> of(KeyService keys, List<ApiKey> configured, ReaderPool readers) {
        ErrorForm form = new ProblemForm();
        KeyEndpoints endpoints = new KeyEndpoints(keys, configured, readers);
        return List.of(
                Route.of("GET", "/v1/keys", Access.admin(), form, endpoints::list)
                        .onLeader(Repeat.SAFE),
                // Repeated by us, a creation or rotation that was applied would answer with a secret that is no more.
                Route.of("POST", "/v1/keys", Access.admin(), form, endpoints::create)
                        .onLeader(Repeat.NEVER),
                Route.of("POST", "/v1/keys/{key}/rotate", Access.admin(), form, endpoints::rotate)
                        .onLeader(Repeat.NEVER),
                Route.of("DELETE", "/v1/keys/{key}", Access.admin(), form, endpoints::revoke)
                        .onLeader(Repeat.SAFE));
    }
}
