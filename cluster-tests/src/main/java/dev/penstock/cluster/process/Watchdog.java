package dev.penstock.cluster.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A small shell process that ends the nodes and Postgres if this process dies without doing so, be it by SIGKILL: it waits
 * on a pipe that closes with us. It is in a session of its own, so that no signal to our process group reaches it.
 * Thread-safe.
 */
public final class Watchdog implements AutoCloseable {
    private static final org.slf4j.Logger LOG = org.slf4j.LoggerFactory.getLogger(Watchdog.class);
    private static final String SCRIPT = "watchdog.sh";

    private final Process process;
    private final Writer notes;

    private Watchdog(Process process) {
        this.process = process;
        this.notes = process.outputWriter(StandardCharsets.UTF_8);
    }

    /** Starts the watchdog; it watches over nothing until told. */
    public static Watchdog start() throws IOException {
        List<String> command = new ArrayList<>(ownSession());
        command.addAll(List.of("sh", "-c", script(), "penstock-watchdog"));
        Process process = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        return new Watchdog(process);
    }

    private static String script() throws IOException {
        try (InputStream in = Watchdog.class.getResourceAsStream(SCRIPT)) {
            if (in == null) {
                throw new IOException(SCRIPT + " is missing from the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Words that put a command into a session of its own, where the system has them; the process id stays the same. */
    static List<String> ownSession() {
        for (Path path : List.of(Path.of("/usr/bin/setsid"), Path.of("/bin/setsid"))) {
            if (Files.isExecutable(path)) {
                return List.of(path.toString());
            }
        }
        return List.of();
    }

    /** End this process if we die. */
    public void watchNode(long pid) {
        note("node " + pid);
    }

    /** The process has ended; its id may be given to another. */
    public void forgetNode(long pid) {
        note("gone " + pid);
    }

    /** Stop the Postgres on this data directory if we die. */
    public void watchPostgres(Path dataDirectory) {
        note("postgres " + dataDirectory);
    }

    /** Remove this file if we die. */
    public void watchFile(Path file) {
        note("file " + file);
    }

    /** Remove this directory, with all in it, if we die. */
    public void watchScratch(Path directory) {
        note("scratch " + directory);
    }

    private synchronized void note(String line) {
        if (!process.isAlive()) {
            LOG.debug("the watchdog has ended; not told: {}", line);
            return;
        }
        try {
            notes.write(line + "\n");
            notes.flush();
        } catch (IOException e) {
            // It ends after us only; if it is gone, somebody ended it, and we go on without.
            LOG.warn("the watchdog process has ended: {}", e.getMessage());
        }
    }

    /** Lets go of the pipe as our death would. For tests. */
    void abandon() throws IOException {
        notes.close();
    }

    /** All has ended in order: the watchdog goes without doing anything. */
    @Override
    public void close() {
        try {
            note("dismiss");
            notes.close();
            process.waitFor(2, TimeUnit.SECONDS);
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
