package dev.penstock.storage.codec;

import com.github.luben.zstd.Zstd;
import dev.penstock.storage.model.Action;
import dev.penstock.storage.model.ChangeEvent;
import dev.penstock.storage.model.EventBatch;
import dev.penstock.storage.model.SourcePosition;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Ratio and CPU of packing the bodies of realistic batches: rows as the replicator renders them, 150 to 200 bytes with their
 * key. Run by hand with the command in docs/adr/0009-batch-compression.md, which has the figures. The heap must be touched
 * before: else the first use of fresh memory is measured, at a third of the speed. Measures lz4 too if lz4-java is on the
 * class path, which Penstock does not need.
 */
final class CompressionBenchmark {

    private static final int[] BATCH_KIB = {100, 256, 500};
    private static final int BATCHES = 16;
    private static final long MEASURE_NANOS = 400_000_000;

    private static final String[] WORDS = {
        "paid", "open", "shipped", "please", "call", "before", "delivery", "second", "floor", "fragile", "gift", "for",
        "the", "neighbour", "blue", "door", "express", "return", "label", "invoice", "by", "post", "left", "side"
    };

    /** One way to pack; {@code unpack} fills the array that it is given. */
    private interface Packing {
        byte[] pack(byte[] bodies) throws Throwable;

        void unpack(byte[] packed, byte[] into) throws Throwable;
    }

    private CompressionBenchmark() {}

    public static void main(String[] args) throws Throwable {
        say("%-6s %-8s %8s %10s %10s %12s", "rows", "packing", "KiB", "ratio", "pack MB/s", "unpack MB/s");
        for (boolean random : new boolean[] {false, true}) {
            for (int kib : BATCH_KIB) {
                List<byte[]> batches = new ArrayList<>();
                for (int i = 0; i < BATCHES; i++) {
                    batches.add(bodies(kib << 10, i, random));
                }
                String rows = random ? "uuids" : "orders";
                measure(rows, "none", kib, batches, none());
                measure(rows, "zstd 1", kib, batches, zstd(1));
                measure(rows, "zstd 3", kib, batches, zstd(3));
                Packing lz4 = lz4();
                if (lz4 != null) {
                    measure(rows, "lz4", kib, batches, lz4);
                }
            }
        }
    }

    private static void say(String format, Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }

    private static byte[] bodies(int bytes, int seed, boolean uuids) {
        Random random = new Random(seed);
        EventBatch.Builder builder = new EventBatch.Builder("main", "shop", SourcePosition.ORIGIN);
        for (int i = 0; builder.bodyBytes() < bytes; i++) {
            long id = 1_000_000L * seed + i;
            String row = uuids ? uuidRow(random) : orderRow(random, id);
            builder.add(new ChangeEvent(
                    Batches.position(1, 1000L + seed, i),
                    Action.INSERT,
                    Batches.ORDERS,
                    1_795_255_223_927_176L,
                    7,
                    id,
                    0,
                    false,
                    Batches.utf8(row),
                    ChangeEvent.ABSENT,
                    ChangeEvent.ABSENT,
                    Batches.utf8("{\"id\":" + id + "}")));
        }
        return builder.build().bodies();
    }

    private static String orderRow(Random random, long id) {
        StringBuilder note = new StringBuilder();
        for (int i = 0; i < 5; i++) {
            note.append(i == 0 ? "" : " ").append(WORDS[random.nextInt(WORDS.length)]);
        }
        return String.format(
                Locale.ROOT,
                "{\"id\":%d,\"customer\":%d,\"status\":\"%s\",\"amount\":\"%d.%02d\",\"note\":\"%s\","
                        + "\"at\":\"2026-11-21T10:%02d:%02d.%06dZ\"}",
                id,
                random.nextInt(100_000),
                WORDS[random.nextInt(3)],
                random.nextInt(1000),
                random.nextInt(100),
                note,
                random.nextInt(60),
                random.nextInt(60),
                random.nextInt(1_000_000));
    }

    /** Hard on every compressor: two thirds of a row are random hexadecimal digits. */
    private static String uuidRow(Random random) {
        return "{\"id\":\"" + uuid(random) + "\",\"session\":\"" + uuid(random) + "\",\"trace\":\"" + uuid(random)
                + "\",\"n\":" + random.nextInt() + "}";
    }

    private static UUID uuid(Random random) {
        return new UUID(random.nextLong(), random.nextLong());
    }

    private static void measure(String rows, String name, int kib, List<byte[]> batches, Packing packing)
            throws Throwable {
        long bytes = 0;
        long packedBytes = 0;
        List<byte[]> packed = new ArrayList<>();
        for (byte[] batch : batches) {
            packed.add(packing.pack(batch));
            bytes += batch.length;
            packedBytes += packed.get(packed.size() - 1).length;
        }
        byte[] into =
                new byte[batches.stream().mapToInt(batch -> batch.length).max().orElseThrow()];
        double pack = megabytesPerSecond(batches, i -> packing.pack(batches.get(i)));
        double unpack = megabytesPerSecond(batches, i -> packing.unpack(packed.get(i), into));
        packing.unpack(packed.get(0), into);
        if (!Arrays.equals(into, 0, batches.get(0).length, batches.get(0), 0, batches.get(0).length)) {
            throw new IllegalStateException("expected " + name + " to give back what it was given");
        }
        say("%-6s %-8s %8d %10.2f %10.0f %12.0f", rows, name, kib, (double) bytes / packedBytes, pack, unpack);
    }

    private interface Step {
        void run(int batch) throws Throwable;
    }

    /** Unpacked megabytes per second of CPU time, of the best pass: the machine may be busy with other things. */
    private static double megabytesPerSecond(List<byte[]> batches, Step step) throws Throwable {
        long bytes = batches.stream().mapToLong(batch -> batch.length).sum();
        long best = Long.MAX_VALUE;
        for (long took = 0; took < MEASURE_NANOS; ) {
            long begin = cpuNanos();
            for (int i = 0; i < batches.size(); i++) {
                step.run(i);
            }
            long pass = cpuNanos() - begin;
            best = Math.min(best, pass);
            took += pass;
        }
        return bytes * 1e3 / best;
    }

    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static Packing none() {
        return new Packing() {
            @Override
            public byte[] pack(byte[] bodies) {
                return bodies.clone();
            }

            @Override
            public void unpack(byte[] packed, byte[] into) {
                System.arraycopy(packed, 0, into, 0, packed.length);
            }
        };
    }

    private static Packing zstd(int level) {
        return new Packing() {
            @Override
            public byte[] pack(byte[] bodies) {
                return Zstd.compress(bodies, level);
            }

            @Override
            public void unpack(byte[] packed, byte[] into) {
                Zstd.decompressByteArray(into, 0, into.length, packed, 0, packed.length);
            }
        };
    }

    /** By name, so that Penstock need not depend on what it decided against; null if it is not there. */
    private static @Nullable Packing lz4() throws Throwable {
        Class<?> factoryClass;
        try {
            factoryClass = Class.forName("net.jpountz.lz4.LZ4Factory");
        } catch (ClassNotFoundException e) {
            return null;
        }
        Object factory = factoryClass.getMethod("fastestInstance").invoke(null);
        Object compressor = factoryClass.getMethod("fastCompressor").invoke(factory);
        Object decompressor = factoryClass.getMethod("safeDecompressor").invoke(factory);
        MethodHandle pack = bound("LZ4Compressor", compressor, "compress", byte[].class, byte[].class);
        MethodHandle unpack =
                bound("LZ4SafeDecompressor", decompressor, "decompress", int.class, byte[].class, byte[].class);
        return new Packing() {
            @Override
            public byte[] pack(byte[] bodies) throws Throwable {
                return (byte[]) pack.invoke(bodies);
            }

            @Override
            public void unpack(byte[] packed, byte[] into) throws Throwable {
                int unused = (int) unpack.invoke(packed, into);
            }
        };
    }

    private static MethodHandle bound(String type, Object on, String name, Class<?> result, Class<?>... parameters)
            throws ReflectiveOperationException {
        Class<?> owner = Class.forName("net.jpountz.lz4." + type);
        return MethodHandles.publicLookup()
                .findVirtual(owner, name, MethodType.methodType(result, parameters))
                .bindTo(on);
    }
}
