package dev.penstock.broker.raft;

import dev.penstock.storage.machine.Command;
import java.util.List;

/** How commands become the bytes of an entry. Thread-safe. */
interface EntryCodec {
    byte[] encode(Command command);

    byte[] envelope(long planningTerm, long stampMillis, long wallMillis, List<byte[]> commands);
}
