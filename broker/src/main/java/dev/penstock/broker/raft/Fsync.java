package dev.penstock.broker.raft;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Forces a file, or the entries of a directory, to the disk. A seam for tests that must see the order of these calls. */
interface Fsync {
    void file(Path file) throws IOException;

    /** A rename or a new file is durable only after this, on its directory. */
    void directory(Path directory) throws IOException;

    /** The one for production. */
    Fsync DISK = new Fsync() {
        @Override
        public void file(Path file) throws IOException {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
        }

        @Override
        public void directory(Path directory) throws IOException {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    };
}
