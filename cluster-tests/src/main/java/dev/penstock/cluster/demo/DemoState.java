package dev.penstock.cluster.demo;

import dev.penstock.cluster.postgres.DemoDatabase;
import dev.penstock.cluster.process.ClusterPlan;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Locale;
import java.util.Properties;

/**
 * What a demo makes up at its first start and must find again at the next one on the same data directory: names and secrets.
 *
 * @param httpPort the cluster's nodes know each other by their ports
 */
record DemoState(
        String clusterId,
        String clusterSecret,
        String masterKey,
        ClusterPlan.Key key,
        DemoDatabase.Names names,
        int httpPort) {
    private static final String FILE = "demo.properties";
    private static final SecureRandom RANDOM = new SecureRandom();

    /** Reads the directory's state, or makes one and writes it. */
    static DemoState openOrCreate(Path directory, int httpPort, boolean embedded) throws IOException {
        Path file = directory.resolve(FILE);
        return Files.exists(file) ? read(file) : create(file, httpPort, embedded);
    }

    private static DemoState read(Path file) throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        }
        return new DemoState(
                get(properties, "cluster.id", file),
                get(properties, "cluster.secret", file),
                // Not there in a directory of before there were master keys; any will do that stays the same.
                properties.getProperty("cluster.master_key", get(properties, "cluster.secret", file)),
                new ClusterPlan.Key(get(properties, "key.id", file), get(properties, "key.secret", file)),
                new DemoDatabase.Names(
                        get(properties, "role", file),
                        get(properties, "publication", file),
                        get(properties, "slot", file)),
                Integer.parseInt(get(properties, "http.port", file)));
    }

    private static String get(Properties properties, String name, Path file) throws IOException {
        String value = properties.getProperty(name);
        if (value == null) {
            throw new IOException(file + " has no " + name + ": it is not a demo's; name another --data-dir");
        }
        return value;
    }

    private static DemoState create(Path file, int httpPort, boolean embedded) throws IOException {
        // In a database that others use too, the names must be nobody else's.
        String suffix = embedded ? "" : "_demo_" + random(6).toLowerCase(Locale.ROOT);
        String name = "penstock" + suffix;
        DemoState state = new DemoState(
                "demo-" + random(12).toLowerCase(Locale.ROOT),
                random(40),
                random(40),
                new ClusterPlan.Key("DEMO" + random(16).toUpperCase(Locale.ROOT), random(40)),
                new DemoDatabase.Names(name, name, name),
                httpPort);
        Properties properties = new Properties();
        properties.setProperty("cluster.id", state.clusterId);
        properties.setProperty("cluster.secret", state.clusterSecret);
        properties.setProperty("cluster.master_key", state.masterKey);
        properties.setProperty("key.id", state.key.id());
        properties.setProperty("key.secret", state.key.secret());
        properties.setProperty("role", state.names.role());
        properties.setProperty("publication", state.names.publication());
        properties.setProperty("slot", state.names.slot());
        properties.setProperty("http.port", Integer.toString(httpPort));
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (Writer writer = Files.newBufferedWriter(file)) {
            properties.store(writer, "Penstock demo: names and secrets of the cluster in this directory");
        }
        return state;
    }

    /** Letters and digits. */
    static String random(int length) {
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append(alphabet.charAt(RANDOM.nextInt(alphabet.length())));
        }
        return text.toString();
    }
}
