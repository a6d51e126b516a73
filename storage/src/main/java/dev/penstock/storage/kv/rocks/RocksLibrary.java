package dev.penstock.storage.kv.rocks;

import java.io.IOException;
import java.nio.file.Path;
import org.rocksdb.NativeLibraryLoader;

/** RocksDB's native library, of which there is one per process. */
public final class RocksLibrary {

    private RocksLibrary() {}

    /**
     * Loads it from a file in {@code directory}, which no other process may use. Without this it is unpacked into the
     * system's directory for temporary files, from where it is removed at an orderly end only. Does nothing if it is loaded
     * already.
     */
    public static void loadFrom(Path directory) throws IOException {
        NativeLibraryLoader.getInstance().loadLibrary(directory.toString());
    }
}
