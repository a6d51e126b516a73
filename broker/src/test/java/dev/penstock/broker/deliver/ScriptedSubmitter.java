package dev.penstock.broker.deliver;

import dev.penstock.storage.machine.Command;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** The way to a log that is refused, or breaks, while the test says so. Thread-safe. */
public final class ScriptedSubmitter implements CommandSubmitter {

    private final CommandSubmitter log;
    private final AtomicInteger calls = new AtomicInteger();
    private volatile Supplier<CompletableFuture<Decided>> script =
            () -> CompletableFuture.failedFuture(new NotDecided(NotDecided.Reason.UNKNOWN, "no script"));
    private volatile boolean scripted;

    public ScriptedSubmitter(CommandSubmitter log) {
        this.log = log;
    }

    /** From now on every call is refused. */
    public void refuse(NotDecided.Reason reason) {
        script = () -> CompletableFuture.failedFuture(new NotDecided(reason, "refused by the test"));
        scripted = true;
    }

    /** From now on every call throws. */
    public void breakDown() {
        script = () -> {
            throw new IllegalStateException("broken by the test");
        };
        scripted = true;
    }

    public void repair() {
        scripted = false;
    }

    /** Submissions so far, of any kind. */
    public int calls() {
        return calls.get();
    }

    @Override
    public CompletableFuture<Decided> submit(List<Command> commands) {
        return submit(commands, ANY_TERM);
    }

    @Override
    public CompletableFuture<Decided> submit(List<Command> commands, long plannedTerm) {
        calls.incrementAndGet();
        return scripted ? script.get() : log.submit(commands, plannedTerm);
    }

    @Override
    public CompletableFuture<Decided> append(Command command, long plannedTerm) {
        calls.incrementAndGet();
        return scripted ? script.get() : log.append(command, plannedTerm);
    }
}
