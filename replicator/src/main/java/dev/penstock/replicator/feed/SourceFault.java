package dev.penstock.replicator.feed;

import dev.penstock.storage.model.Lsn;
import org.jspecify.annotations.Nullable;

/**
 * Something that ends the present connection to the source, and what is to be done about it.
 *
 * <p>The code is stable, for programs; the message is one sentence for people with the remedy. Neither holds row values or
 * secrets.
 */
public abstract sealed class SourceFault extends Exception {

    private static final long serialVersionUID = 1;

    private final String code;

    private SourceFault(String code, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    public String code() {
        return code;
    }

    /** Tried again by itself, with a growing delay. */
    public static final class Retry extends SourceFault {
        private static final long serialVersionUID = 1;

        public Retry(String code, String message) {
            super(code, message, null);
        }

        public Retry(String code, String message, Throwable cause) {
            super(code, message, cause);
        }
    }

    /** Another process reads the slot. Whether it may be ended is decided by its name. */
    public static final class SlotBusy extends SourceFault {
        private static final long serialVersionUID = 1;

        public SlotBusy(String message, Throwable cause) {
            super("slot_busy", message, cause);
        }
    }

    /** Nothing is lost, but nothing goes on before the replicator is started anew. */
    public static final class Stop extends SourceFault {
        private static final long serialVersionUID = 1;

        public Stop(String code, String message) {
            super(code, message, null);
        }
    }

    /** The slot can no longer supply, or prove, the changes of a range: recorded in the log, an operator decides. */
    public static final class Gap extends SourceFault {
        private static final long serialVersionUID = 1;

        private final transient Lsn from;
        private final transient Lsn to;

        public Gap(String code, String message, Lsn from, Lsn to) {
            super(code, message, null);
            this.from = from;
            this.to = to;
        }

        /** All changes up to here are in the log. */
        public Lsn from() {
            return from;
        }

        /** Where supply could begin again, as far as is known. */
        public Lsn to() {
            return to;
        }
    }
}
