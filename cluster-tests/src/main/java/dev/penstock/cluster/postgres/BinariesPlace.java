package dev.penstock.cluster.postgres;

import java.nio.file.Path;
import java.util.Map;

/** Where the embedded Postgres is unpacked: the user's cache directory. */
public final class BinariesPlace {
    private BinariesPlace() {}

    public static Path usual(Map<String, String> environment, String home) {
        String cache = environment.get("XDG_CACHE_HOME");
        Path base = cache != null && cache.startsWith("/") ? Path.of(cache) : Path.of(home, ".cache");
        return base.resolve("penstock").resolve("postgres");
    }
}
