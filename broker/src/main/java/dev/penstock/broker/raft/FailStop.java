package dev.penstock.broker.raft;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the process at once, without shutdown hooks: after a failed write nothing that this process believes about its disk
 * can be trusted, and Ratis would go on acknowledging entries that it never wrote. A supervisor starts it again.
 */
@FunctionalInterface
public interface FailStop {
    /** What the supervisor sees; differs from the codes of a refused start and of a Java crash. */
    int EXIT_CODE = 70;

    void halt(String reason, @Nullable Throwable cause);

    /** The one for production. */
    static FailStop process() {
        Logger log = LoggerFactory.getLogger(FailStop.class);
        return (reason, cause) -> {
            try {
                log.error("HALT: {}. The process ends now; its supervisor starts it again.", reason, cause);
                System.err.println("HALT: " + reason);
                System.err.flush();
            } finally {
                Runtime.getRuntime().halt(EXIT_CODE);
            }
        };
    }
}
