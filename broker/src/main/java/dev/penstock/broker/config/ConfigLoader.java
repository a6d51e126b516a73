package dev.penstock.broker.config;

import dev.penstock.broker.config.YamlNode.Mapping;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads a node's configuration file. */
public final class ConfigLoader {

    /** Far above any real file; a mistaken path to something large is refused instead of read. */
    private static final long MAX_FILE_BYTES = 1 << 20;

    private ConfigLoader() {}

    /** @param warnings what is not wrong but should be looked at; one sentence each */
    public record Loaded(NodeConfig config, List<String> warnings) {
        public Loaded {
            warnings = List.copyOf(warnings);
        }
    }

    /**
     * Reads and checks the file.
     *
     * @param environment the process's environment: for secrets, and for {@code PENSTOCK_SECTION__KEY} overrides
     * @throws ConfigRefused with all problems at once
     */
    public static Loaded load(Path file, Map<String, String> environment) throws ConfigRefused {
        Problems problems = new Problems();
        @Nullable NodeConfig config = read(file, environment, problems);
        if (config == null || !problems.isEmpty()) {
            throw new ConfigRefused(problems.sorted());
        }
        return new Loaded(config, problems.warnings());
    }

    private static @Nullable NodeConfig read(Path file, Map<String, String> environment, Problems problems) {
        @Nullable String text = text(file, problems);
        if (text == null) {
            return null;
        }
        Mapping top = new YamlReader(file.toString(), problems).read(text);
        if (!problems.isEmpty() && top.entries().isEmpty()) {
            // Not understood at all: a list of missing keys would only hide that.
            return null;
        }
        EnvironmentOverrides.apply(environment, top, problems);
        Path baseDirectory = file.toAbsolutePath().normalize().resolveSibling("");
        SecretBinder secrets = new SecretBinder(problems, environment, baseDirectory);
        BoundValues bound = new BoundValues();
        KnownKeys known = new KnownKeys(NodeConfig.class);
        @Nullable
        NodeConfig config =
                new RecordBinder(known, problems, secrets, baseDirectory, bound).bind(NodeConfig.class, top, "");
        new NodeChecks(bound, problems).run();
        if (secrets.sawInline()) {
            secrets.warnIfOpenToOthers(file, "secrets");
        }
        return config == null ? null : withSelfAmongPeers(config);
    }

    private static @Nullable String text(Path file, Problems problems) {
        Place place = Place.of(file.toString());
        try {
            if (Files.isDirectory(file)) {
                problems.add(place, "", "expected a file, but it is a directory; name the penstock.yaml in it");
                return null;
            }
            if (Files.size(file) > MAX_FILE_BYTES) {
                problems.add(
                        place, "", "expected a file of at most " + MAX_FILE_BYTES + " bytes; is it the right one?");
                return null;
            }
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            problems.add(place, "", "no such file; 'penstock init --nodes …' writes one for each node");
        } catch (CharacterCodingException e) {
            problems.add(place, "", "expected UTF-8 text, but it has bytes that are not");
        } catch (IOException e) {
            problems.add(place, "", "cannot be read (" + e.getClass().getSimpleName() + "); check its permissions");
        }
        return null;
    }

    /** A single node may leave peers out: it is then its own and only peer. */
    private static NodeConfig withSelfAmongPeers(NodeConfig config) {
        if (!config.peers().isEmpty()) {
            return config;
        }
        PeerSettings self = new PeerSettings(
                config.node().id(),
                config.http().advertise().orElse(config.http().bind()),
                config.raft().advertise().orElse(config.raft().bind()));
        return new NodeConfig(
                config.cluster(),
                config.node(),
                config.http(),
                config.raft(),
                List.of(self),
                config.source(),
                config.keys(),
                config.metrics(),
                config.limits(),
                config.storage(),
                config.timeouts(),
                config.log(),
                config.insecure());
    }
}
