package dev.penstock.cluster.api;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** {@link BrokerApi} over HTTP. Thread-safe. Never retries: whoever calls knows which node to try next. */
public final class HttpBrokerApi implements BrokerApi {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
    /** Beyond the wait that a request names: the time in which a node must say something, 503 at the latest. */
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(10);

    private final HttpClient http;
    private final String url;
    private final String token;

    public HttpBrokerApi(String url, String token) {
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_TIMEOUT)
                .build();
        this.url = url;
        this.token = token;
    }

    @Override
    public String url() {
        return url;
    }

    @Override
    public int health(String probe) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/health/" + probe))
                .timeout(ANSWER_TIMEOUT)
                .build();
        return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    }

    @Override
    public Cluster cluster() throws IOException, InterruptedException {
        JsonNode json = JSON.readTree(get("/v1/cluster", Duration.ZERO).body());
        List<Node> nodes = new ArrayList<>();
        for (JsonNode node : json.path("nodes")) {
            nodes.add(new Node(
                    node.path("id").asText(),
                    node.path("role").asText(),
                    node.path("term").asLong(),
                    node.path("applied_index").asLong(),
                    node.path("log_end_offset").asLong(),
                    node.path("digest").toString()));
        }
        List<Source> sources = new ArrayList<>();
        for (JsonNode source : json.path("sources")) {
            sources.add(new Source(
                    source.path("name").asText(),
                    source.path("state").asText(),
                    source.path("code").asText(),
                    source.path("confirmed_lsn").asText(),
                    source.path("durable_lsn").asText(),
                    source.path("lag_bytes").asLong()));
        }
        return new Cluster(
                json.path("cluster_id").asText(),
                json.path("leader").asText(""),
                json.path("term").asLong(),
                List.copyOf(nodes),
                List.copyOf(sources));
    }

    @Override
    public void createGroup(String name, String stream, String start, Duration visibility)
            throws IOException, InterruptedException {
        Map<String, Object> body = Map.of(
                "name", name, "stream", stream, "start", start, "visibility_timeout", visibility.toSeconds() + "s");
        post("/v1/groups", body, Duration.ZERO);
    }

    @Override
    public Received receive(String group, int max, Duration wait) throws IOException, InterruptedException {
        HttpResponse<byte[]> answer =
                post("/v1/groups/" + group + "/receive", Map.of("max", max, "wait", wait.toSeconds() + "s"), wait);
        List<Message> messages = new ArrayList<>();
        byte[] body = answer.body();
        try (JsonParser parser = JSON.createParser(body)) {
            if (enterArray(parser, "messages")) {
                while (parser.nextToken() == JsonToken.START_OBJECT) {
                    messages.add(message(parser, body));
                }
            }
        }
        return new Received(logIndex(answer), List.copyOf(messages));
    }

    private static Message message(JsonParser parser, byte[] body) throws IOException {
        String receipt = "";
        int count = 0;
        Event event = null;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            switch (name) {
                case "receipt" -> receipt = parser.getText();
                case "delivery_count" -> count = parser.getIntValue();
                case "event" -> event = event(parser, body);
                default -> parser.skipChildren();
            }
        }
        if (event == null) {
            throw new IOException("a message without an event");
        }
        return new Message(receipt, count, event);
    }

    @Override
    public Acked ack(String group, List<String> receipts) throws IOException, InterruptedException {
        HttpResponse<byte[]> answer = post("/v1/groups/" + group + "/ack", Map.of("receipts", receipts), Duration.ZERO);
        List<Boolean> results = new ArrayList<>();
        for (JsonNode result : JSON.readTree(answer.body()).path("results")) {
            results.add(result.path("ok").asBoolean());
        }
        return new Acked(logIndex(answer), List.copyOf(results));
    }

    @Override
    public Page events(String stream, long offset, int limit, Duration wait) throws IOException, InterruptedException {
        String query = "offset=" + offset + "&limit=" + limit + "&wait=" + wait.toSeconds();
        byte[] body = get("/v1/streams/" + stream + "/events?" + query, wait).body();
        List<Event> events = new ArrayList<>();
        long next = -1;
        try (JsonParser parser = JSON.createParser(body)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                switch (name) {
                    case "events" -> {
                        while (parser.nextToken() == JsonToken.START_OBJECT) {
                            events.add(event(parser, body));
                        }
                    }
                    case "next" -> next = Long.parseLong(parser.getText());
                    default -> parser.skipChildren();
                }
            }
        }
        if (next < 0) {
            throw new IOException(url + " answered a page without next");
        }
        return new Page(List.copyOf(events), next);
    }

    private static boolean enterArray(JsonParser parser, String field) throws IOException {
        parser.nextToken();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            boolean found = parser.currentName().equals(field);
            parser.nextToken();
            if (found) {
                return parser.currentToken() == JsonToken.START_ARRAY;
            }
            parser.skipChildren();
        }
        return false;
    }

    private static Event event(JsonParser parser, byte[] body) throws IOException {
        int from = (int) parser.currentTokenLocation().getByteOffset();
        JsonNode json = parser.readValueAsTree();
        int to = (int) parser.currentLocation().getByteOffset();
        return new Event(json, Arrays.copyOfRange(body, from, to));
    }

    private static long logIndex(HttpResponse<?> answer) {
        return answer.headers().firstValueAsLong("penstock-log-index").orElse(0);
    }

    private HttpResponse<byte[]> get(String path, Duration wait) throws IOException, InterruptedException {
        return send(request(path, wait).GET().build());
    }

    private HttpResponse<byte[]> post(String path, Map<String, ?> body, Duration wait)
            throws IOException, InterruptedException {
        HttpRequest request = request(path, wait)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body)))
                .build();
        return send(request);
    }

    private HttpRequest.Builder request(String path, Duration wait) {
        return HttpRequest.newBuilder(URI.create(url + path))
                .timeout(ANSWER_TIMEOUT.plus(wait))
                .header("Authorization", "Bearer " + token);
    }

    private HttpResponse<byte[]> send(HttpRequest request) throws IOException, InterruptedException {
        HttpResponse<byte[]> answer = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
        int status = answer.statusCode();
        if (status == 503) {
            throw new IOException(request.uri() + " answered 503: " + problem(answer));
        }
        if (status >= 300) {
            throw new RefusedException(status, request.uri() + " answered " + status + ": " + problem(answer));
        }
        return answer;
    }

    /** The start of the answer: enough to see what is wrong. */
    private static String problem(HttpResponse<byte[]> answer) {
        String text = new String(answer.body(), java.nio.charset.StandardCharsets.UTF_8);
        return text.length() > 500 ? text.substring(0, 500) : text;
    }
}
