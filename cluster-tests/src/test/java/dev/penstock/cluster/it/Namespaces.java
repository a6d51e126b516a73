package dev.penstock.cluster.it;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Network namespaces of Linux on one bridge: each a machine of its own as far as the network goes. The bridge has an address
 * too, which is where the test itself and Postgres are. Confined to one thread.
 */
final class Namespaces implements AutoCloseable {
    /** Of this process, so that a run beside it, or one that was killed and left its own behind, is not in the way. */
    private static final long PID = ProcessHandle.current().pid();

    private static final String PREFIX = "pst" + Long.toString(PID, 36);
    private static final String NETWORK = "10.213." + PID % 250 + ".";
    private static final String BRIDGE_ADDRESS = NETWORK + "254";

    private final List<String> names = new ArrayList<>();

    private Namespaces() {}

    /** True if this user may make them here. */
    static boolean arePermitted() throws InterruptedException {
        try {
            run("ip", "netns", "add", PREFIX + "x");
            run("ip", "netns", "del", PREFIX + "x");
            return true;
        } catch (IOException e) {
            return false; // no such program, or not permitted
        }
    }

    static Namespaces create(int count) throws IOException, InterruptedException {
        Namespaces namespaces = new Namespaces();
        try {
            run("ip", "link", "add", PREFIX, "type", "bridge");
            run("ip", "addr", "add", BRIDGE_ADDRESS + "/24", "dev", PREFIX);
            run("ip", "link", "set", PREFIX, "up");
            for (int i = 1; i <= count; i++) {
                namespaces.add(i);
            }
            return namespaces;
        } catch (IOException | InterruptedException e) {
            namespaces.close();
            throw e;
        }
    }

    private void add(int number) throws IOException, InterruptedException {
        String name = PREFIX + number;
        String link = PREFIX + "v" + number;
        run("ip", "netns", "add", name);
        names.add(name);
        run("ip", "link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", name);
        run("ip", "link", "set", link, "master", PREFIX, "up");
        run("ip", "-n", name, "addr", "add", address(number) + "/24", "dev", "eth0");
        run("ip", "-n", name, "link", "set", "eth0", "up");
        run("ip", "-n", name, "link", "set", "lo", "up");
    }

    /** Of the n-th namespace, from 1. */
    String address(int number) {
        return NETWORK + number;
    }

    String bridgeAddress() {
        return BRIDGE_ADDRESS;
    }

    String network() {
        return NETWORK + "0/24";
    }

    /** The command in the n-th namespace. */
    List<String> inside(int number, List<String> command) {
        List<String> words = new ArrayList<>(List.of("ip", "netns", "exec", names.get(number - 1)));
        words.addAll(command);
        return words;
    }

    private static void run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + said);
        }
    }

    @Override
    public void close() throws IOException {
        try {
            for (String name : names) {
                run("ip", "netns", "del", name);
            }
            run("ip", "link", "del", PREFIX);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
