package dev.penstock.cluster.process;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One operating system process: started in a session of its own, its output in a file, its standard input a pipe that
 * closes when we die. Thread-safe.
 */
public final class ManagedProcess {
    /** Enough of a log to see why a program gave up. */
    private static final int TAIL_BYTES = 4_000;

    private final String name;
    private final Path log;
    private final Process process;

    private ManagedProcess(String name, Path log, Process process) {
        this.name = name;
        this.log = log;
        this.process = process;
    }

    /** @param log appended to */
    public static ManagedProcess start(String name, List<String> command, Path directory, Path log) throws IOException {
        List<String> words = new ArrayList<>(Watchdog.ownSession());
        words.addAll(command);
        Process process = new ProcessBuilder(words)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        return new ManagedProcess(name, log, process);
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Only after it has ended. */
    public int exitCode() {
        return process.exitValue();
    }

    /** Calls {@code action} on some thread when the process has ended; it must not throw. */
    @SuppressWarnings("FutureReturnValueIgnored")
    public void onExit(Runnable action) {
        process.onExit().thenRun(action);
    }

    /** SIGTERM. */
    public void terminate() {
        process.destroy();
    }

    /** SIGKILL; returns when the process has ended. */
    public void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /** SIGKILL, without waiting. */
    public void destroy() {
        process.destroyForcibly();
    }

    /** Any signal, by name without SIG. */
    public void signal(String signal) throws IOException, InterruptedException {
        int status = new ProcessBuilder("kill", "-s", signal, Long.toString(pid()))
                .inheritIO()
                .start()
                .waitFor();
        if (status != 0) {
            throw new IOException("could not send SIG" + signal + " to " + name + ", process " + pid());
        }
    }

    /** Returns true if it has ended. */
    public boolean awaitExit(Duration patience) throws InterruptedException {
        return process.waitFor(Math.max(1, patience.toMillis()), TimeUnit.MILLISECONDS);
    }

    /** SIGTERM, and SIGKILL after {@code patience}. */
    public void stop(Duration patience) throws InterruptedException {
        terminate();
        if (!awaitExit(patience)) {
            kill();
        }
    }

    /** The last lines that it wrote. */
    public String logTail() {
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            long from = Math.max(0, file.length() - TAIL_BYTES);
            file.seek(from);
            byte[] bytes = new byte[(int) (file.length() - from)];
            file.readFully(bytes);
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "(its log " + log + " cannot be read: " + e.getMessage() + ")";
        }
    }
}
