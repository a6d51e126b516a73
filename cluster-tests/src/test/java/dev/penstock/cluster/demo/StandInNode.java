package dev.penstock.cluster.demo;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A program that takes a node's command line and says that it is ready: to test what starts and ends nodes. JDK only. */
public final class StandInNode {
    private static final Pattern BIND = Pattern.compile("http:\\n  bind: '127\\.0\\.0\\.1:([0-9]+)'");

    private StandInNode() {}

    /** {@code start --config FILE}. */
    public static void main(String[] args) throws IOException, InterruptedException {
        Matcher matcher = BIND.matcher(Files.readString(Path.of(args[2])));
        if (!matcher.find()) {
            throw new IllegalArgumentException("no http.bind in " + args[2]);
        }
        int port = Integer.parseInt(matcher.group(1));
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        byte[] body = "{\"leader\":null,\"nodes\":[],\"sources\":[]}".getBytes(StandardCharsets.UTF_8);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        new CountDownLatch(1).await();
    }
}
