package dev.penstock.broker.raft;

import dev.penstock.storage.kv.rocks.RocksStore;
import dev.penstock.storage.kv.rocks.RocksTuning;
import dev.penstock.storage.machine.Applied;
import dev.penstock.storage.machine.Command;
import dev.penstock.storage.machine.CommandCodec;
import dev.penstock.storage.machine.Machine;
import dev.penstock.storage.machine.MachineView;
import dev.penstock.storage.table.StateDigest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** How this node's machine, its store and its entries are made. Immutable, thread-safe. */
public final class StateMachines {
    private final ReplicatedState.Opener opener;
    private final EntryCodec codec;

    StateMachines(ReplicatedState.Opener opener, EntryCodec codec) {
        this.opener = opener;
        this.codec = codec;
    }

    /** The machine on RocksDB. Any failure of the store ends the process. */
    public static StateMachines rocks(RocksTuning tuning, FailStop failStop) {
        return new StateMachines(new RocksOpener(tuning, failStop), new MachineCodec());
    }

    ReplicatedState.Opener opener() {
        return opener;
    }

    EntryCodec codec() {
        return codec;
    }

    private static final class MachineCodec implements EntryCodec {
        @Override
        public byte[] encode(Command command) {
            byte[] encoded = CommandCodec.encodeCommand(command);
            // An entry that no node can decode would stop all of them, for ever: it must fail here, at its author. A
            // batch
            // is not looked into, neither here nor by the decoder.
            if (!(command instanceof Command.Append)) {
                CommandCodec.decode(CommandCodec.envelope(0, 0, 0, List.of(encoded)));
            }
            return encoded;
        }

        @Override
        public byte[] envelope(long planningTerm, long stampMillis, long wallMillis, List<byte[]> commands) {
            return CommandCodec.envelope(planningTerm, stampMillis, wallMillis, commands);
        }
    }

    private record RocksOpener(RocksTuning tuning, FailStop failStop) implements ReplicatedState.Opener {
        @Override
        public ReplicatedState open(Path directory) {
            RocksStore store = RocksStore.open(
                    directory, tuning, cause -> failStop.halt("the store in " + directory + " failed", cause));
            try {
                return new RocksState(store, new Machine(store));
            } catch (RuntimeException | Error e) {
                store.close();
                throw e;
            }
        }

        @Override
        public ReplicatedState.Position inspect(Path directory) throws IOException {
            return inspect(directory, false);
        }

        @Override
        public ReplicatedState.Position verify(Path directory) throws IOException {
            return inspect(directory, true);
        }

        private static ReplicatedState.Position inspect(Path directory, boolean everyBlock) throws IOException {
            RocksStore store = RocksStore.openReadOnly(directory, RocksTuning.small());
            try {
                Machine machine = new Machine(store);
                long digest = StateDigest.recompute(store);
                if (digest != machine.stateDigest()) {
                    throw new StateDamaged(
                            "the rows in " + directory + " have the digest " + Long.toHexString(digest) + ", expected "
                                    + Long.toHexString(machine.stateDigest()) + " at index " + machine.appliedIndex());
                }
                if (everyBlock) {
                    store.verifyChecksums();
                }
                return new ReplicatedState.Position(machine.appliedTerm(), machine.appliedIndex());
            } finally {
                store.close();
            }
        }
    }

    private record RocksState(RocksStore store, Machine machine) implements ReplicatedState {
        @Override
        public long appliedIndex() {
            return machine.appliedIndex();
        }

        @Override
        public long appliedTerm() {
            return machine.appliedTerm();
        }

        @Override
        public long clockMillis() {
            return machine.clockMillis();
        }

        @Override
        public Applied apply(long term, long index, byte[] entry) {
            return machine.apply(term, index, entry);
        }

        @Override
        public void skip(long term, long index) {
            machine.skip(term, index);
        }

        @Override
        public MachineView openView() {
            return machine.openView();
        }

        @Override
        public void checkpoint(Path directory) {
            machine.checkpoint(directory);
        }

        @Override
        public void close() {
            store.close();
        }
    }
}
