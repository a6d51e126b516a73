package dev.penstock.broker.cli;

import dev.penstock.broker.config.Address;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Writes the configurations of a new cluster, one file per node. */
@Command(
        name = "init",
        mixinStandardHelpOptions = true,
        description = "Writes the configuration of each node of a new cluster, with the cluster's id, secret and a key,"
                + " to <dir>/<host>/penstock.yaml (<dir>/n1/penstock.yaml and so on where hosts repeat).",
        footer = {
            "",
            "Example: ./penstock init --nodes a.example,b.example,c.example --database-url postgresql://penstock@db/shop",
            "Three nodes on this machine: ./penstock init --nodes localhost,localhost,localhost"
        })
final class InitCommand implements Callable<Integer> {

    @Option(
            names = "--nodes",
            paramLabel = "HOST[:PORT]",
            split = ",",
            required = true,
            description =
                    "The machines, as the others and clients reach them: 1, 3, 5 or 7. PORT is that of HTTP (7800);"
                            + " Raft takes PORT + 100.")
    private List<String> nodes = List.of();

    @Option(names = "--dir", paramLabel = "DIR", defaultValue = ".", description = "Where to write. Default: here.")
    private Path directory = Path.of(".");

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "The nodes' data directory. Default: data beside the configuration.")
    private String dataDirectory = "";

    @Option(
            names = "--database-url",
            paramLabel = "URL",
            description = "The Postgres to stream from: postgresql://user@host:port/database.")
    private String databaseUrl = "";

    @Option(
            names = "--table",
            paramLabel = "SCHEMA.TABLE",
            split = ",",
            description = "Tables of the publication, if Penstock is to create it; may be repeated.")
    private List<String> tables = List.of();

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        List<Address> addresses = NodeAddresses.of(nodes);
        ClusterPlan plan =
                ClusterPlan.create(addresses, dataDirectory, PlannedSource.of(databaseUrl, tables), new SecureRandom());
        Map<Path, String> files = new LinkedHashMap<>();
        plan.files().forEach((name, text) -> files.put(directory.resolve(name), text));
        write(files);
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        PrintWriter err = Objects.requireNonNull(spec).commandLine().getErr();
        files.keySet().forEach(out::println);
        out.flush();
        plan.nextSteps(directory).forEach(err::println);
        return ExitCode.OK;
    }

    /** All or none; nothing that exists is touched. */
    private void write(Map<Path, String> files) {
        for (Path file : files.keySet()) {
            if (Files.exists(file)) {
                throw existing(file);
            }
        }
        makeDirectories(files.keySet());
        List<Path> written = new ArrayList<>();
        try {
            for (Map.Entry<Path, String> file : files.entrySet()) {
                // Created with its mode: there is no moment in which others could read it.
                Files.createFile(
                        file.getKey(),
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
                written.add(file.getKey());
                Files.writeString(file.getKey(), file.getValue());
            }
        } catch (FileAlreadyExistsException e) {
            removeAll(written);
            throw existing(Path.of(e.getFile()));
        } catch (IOException e) {
            removeAll(written);
            throw notWritable(e);
        }
    }

    private void makeDirectories(Set<Path> files) {
        try {
            for (Path file : files) {
                Files.createDirectories(file.resolveSibling(""));
            }
        } catch (IOException e) {
            throw notWritable(e);
        }
    }

    private CommandFailed notWritable(IOException e) {
        return new CommandFailed(
                ExitCode.FAILURE,
                "cannot write to " + directory + " (" + e.getClass().getSimpleName() + ")",
                "make it a writable directory, or choose another with --dir");
    }

    private static CommandFailed existing(Path file) {
        return new CommandFailed(
                ExitCode.CONFLICT,
                file + " exists, and may be the only copy of a cluster's secrets; nothing was written",
                "choose another directory with --dir, or move it away");
    }

    private static void removeAll(List<Path> files) {
        for (Path file : files) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                throw new CommandFailed(ExitCode.FAILURE, "cannot remove " + file + " again", "remove it by hand");
            }
        }
    }
}
