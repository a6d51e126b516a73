package dev.penstock.cluster.process;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The packaged broker, as its launcher runs it: with the options of a real node, by the Java that runs us. */
public final class BrokerProgram {
    private static final String LAUNCHER = "penstock";

    private BrokerProgram() {}

    /** Start of a command line, up to and with the launcher; the process becomes the JVM's. */
    public static List<String> command() throws IOException {
        return List.of(
                "env",
                "PENSTOCK_NO_BUILD=1",
                "JAVA_HOME=" + System.getProperty("java.home"),
                launcher().toString());
    }

    /** In an ancestor of the place that this class was loaded from: the root of the checkout, or beside the jar. */
    private static Path launcher() throws IOException {
        for (Path path = here(); path != null; path = path.getParent()) {
            Path launcher = path.resolve(LAUNCHER);
            if (Files.isRegularFile(launcher) && Files.isExecutable(launcher)) {
                return launcher;
            }
        }
        throw new IOException("the launcher '" + LAUNCHER + "' is in no directory above " + here()
                + "; restore it from the checkout that this program was built from");
    }

    private static @Nullable Path here() throws IOException {
        try {
            return Path.of(BrokerProgram.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toAbsolutePath()
                    .getParent();
        } catch (URISyntaxException e) {
            throw new IOException("the place of this program cannot be found", e);
        }
    }
}
