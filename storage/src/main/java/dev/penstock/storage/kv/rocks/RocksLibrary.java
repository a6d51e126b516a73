package dev.penstock.storage.kv.rocks;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import org.rocksdb.NativeLibraryLoader;
import org.rocksdb.RocksDB;
import org.rocksdb.util.Environment;

/** RocksDB's native library, of which there is one per process. */
public final class RocksLibrary {

    private RocksLibrary() {}

    /**
     * Loads it from a file in {@code directory}, which no other process may use and nothing else may be in. By itself RocksDB
     * unpacks it anew in each process, into the system's directory for temporary files, and removes it at an orderly end
     * only; unpacking is a third of what a node's start costs. Does nothing if it is loaded already.
     */
    public static void loadFrom(Path directory) throws IOException {
        Files.createDirectories(directory);
        String packed = Environment.getJniLibraryFileName("rocksdb");
        // The name under which RocksDB.loadLibrary(paths) looks for it: it says "jni" twice.
        String name = Environment.getJniLibraryFileName("rocksdbjni");
        // Not by the place of RocksDB's classes: the JVM's archive of classes may not know it.
        URL found = RocksDB.class.getClassLoader().getResource(packed);
        if (found == null || !(found.openConnection() instanceof JarURLConnection connection)) {
            // A platform whose file has another name: RocksDB knows.
            NativeLibraryLoader.getInstance().loadLibrary(directory.toString());
            return;
        }
        JarEntry entry = connection.getJarEntry();
        Path library = directory.resolve(name);
        if (!isWhole(library, entry)) {
            removeAll(directory);
            Path unpacked = directory.resolve(name + ".new");
            try (InputStream in = connection.getInputStream()) {
                Files.copy(in, unpacked);
            }
            Files.move(unpacked, library, StandardCopyOption.ATOMIC_MOVE);
        }
        RocksDB.loadLibrary(List.of(directory.toString()));
    }

    /** What an earlier process left may be of another version, or cut off by a power cut. */
    private static boolean isWhole(Path library, JarEntry entry) throws IOException {
        if (!Files.isRegularFile(library) || Files.size(library) != entry.getSize()) {
            return false;
        }
        CRC32 sum = new CRC32();
        try (InputStream in = new CheckedInputStream(Files.newInputStream(library), sum)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        return sum.getValue() == entry.getCrc();
    }

    private static void removeAll(Path directory) throws IOException {
        List<Path> present;
        try (Stream<Path> files = Files.list(directory)) {
            present = files.toList();
        }
        for (Path file : present) {
            Files.delete(file);
        }
    }
}
