package dev.penstock.cluster.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** TCP ports on the loopback address. */
public final class Ports {
    private Ports() {}

    /** Those that somebody listens on. */
    public static List<Integer> taken(Collection<Integer> ports) {
        List<Integer> taken = new ArrayList<>();
        for (int port : ports) {
            if (!isFree(port)) {
                taken.add(port);
            }
        }
        return taken;
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false; // taken: that is what was asked
        }
    }
}
