package dev.penstock.broker.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A node's HTTP API with fixed answers. Thread-safe. */
final class FakeApi implements AutoCloseable {

    static final String TOKEN = "id.secret";

    private final HttpServer server;
    private final Map<String, String> answers = new ConcurrentHashMap<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();

    FakeApi() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::handle);
        server.start();
    }

    /** @param request such as {@code GET /v1/cluster}; an answer that begins with three digits has this status */
    FakeApi answers(String request, String answer) {
        answers.put(request, answer);
        return this;
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    List<String> asked() {
        return asked;
    }

    private void handle(HttpExchange exchange) throws IOException {
        String request = exchange.getRequestMethod() + " " + exchange.getRequestURI();
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        asked.add((request + " " + body).strip());
        String answer = answers.getOrDefault(request, "404{\"code\":\"NOT_FOUND\",\"detail\":\"nothing here\"}");
        if (!("Bearer " + TOKEN).equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
            answer = "401{\"code\":\"UNAUTHENTICATED\",\"detail\":\"a valid key is needed\",\"request_id\":\"q7\"}";
        }
        boolean named = answer.matches("(?s)[0-9]{3}.*");
        byte[] json = (named ? answer.substring(3) : answer).getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(
                named ? Integer.parseInt(answer.substring(0, 3)) : 200, json.length == 0 ? -1 : json.length);
        exchange.getResponseBody().write(json);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
