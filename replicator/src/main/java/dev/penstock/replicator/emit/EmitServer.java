package dev.penstock.replicator.emit;

import java.util.List;

/** Where messages are emitted. Two stand behind it: Postgres, and a stand-in of tests. Thread-safe. */
public interface EmitServer {

    /** Blocks for seconds at most. */
    Session connect() throws EmitFault;

    /** One connection. One thread at a time. */
    interface Session extends AutoCloseable {

        /**
         * Emits all in their order, in one statement that is one transaction: all or none. Blocks for seconds at most.
         *
         * @return the transaction's id, as events carry it
         */
        int emit(List<Emission> messages) throws EmitFault;

        /** False if the connection is of no use any more. */
        boolean isAlive();

        @Override
        void close();
    }
}
