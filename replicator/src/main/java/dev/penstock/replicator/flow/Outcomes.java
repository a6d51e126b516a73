package dev.penstock.replicator.flow;

import dev.penstock.replicator.feed.SourceFault;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Takes what a finished future holds; an exception means that the outcome is unknown, and is tried again. */
final class Outcomes {

    private Outcomes() {}

    /** Has the loop look again when the log has answered. */
    @SuppressWarnings("FutureReturnValueIgnored") // the future itself is looked at; this one only wakes
    static void wake(CompletableFuture<?> future, Runnable wake) {
        if (!future.isDone()) {
            future.whenComplete((answer, failure) -> wake.run());
        }
    }

    static <T> T of(CompletableFuture<T> done, String doing) throws SourceFault.Retry {
        try {
            return done.getNow(null);
        } catch (CompletionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            if (cause instanceof SourceLog.NotTaken notTaken) {
                throw new SourceFault.Retry(
                        notTaken.code(),
                        "the log took nothing while " + doing + ": " + notTaken.getMessage() + "; tried again",
                        notTaken);
            }
            throw new SourceFault.Retry(
                    "log_unavailable",
                    "the log gave no answer while " + doing + " (" + cause.getMessage() + "); it may have been applied",
                    cause);
        } catch (CancellationException e) {
            throw new SourceFault.Retry("log_unavailable", "the log gave up while " + doing, e);
        }
    }

    static void accepted(CompletableFuture<SourceLog.Decision> done, String doing) throws SourceFault.Retry {
        if (of(done, doing) instanceof SourceLog.Decision.Refused refused) {
            throw new SourceFault.Retry("log_refused", "the log refused while " + doing + ": " + refused.detail());
        }
    }
}
