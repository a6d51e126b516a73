package dev.penstock.broker.http.sqs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.penstock.broker.http.Digests;
import dev.penstock.broker.http.Headers;
import dev.penstock.broker.http.Json;
import dev.penstock.broker.http.Response;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** An operation's answer as XML: lists and maps flattened, digests over what the client will read. Stateless. */
final class QueryAnswer {

    private static final String CONTENT_TYPE = "text/xml";
    private static final String NAMESPACE = "http://queue.amazonaws.com/doc/2012-11-05/";
    private static final String ERROR_HEADER = "x-amzn-query-error";

    private static final Set<String> WITHOUT_RESULT = Set.of(
            "AddPermission",
            "ChangeMessageVisibility",
            "DeleteMessage",
            "DeleteQueue",
            "PurgeQueue",
            "RemovePermission",
            "SetQueueAttributes",
            "TagQueue",
            "UntagQueue");

    private QueryAnswer() {}

    /** @param operation empty where the answer is an error before there was one */
    static Response of(String operation, Response response) {
        ObjectNode object = Json.trustedObject(bytes(response.body()));
        String requestId = header(response, "x-amzn-RequestId");
        StringBuilder out = new StringBuilder(512).append("<?xml version=\"1.0\"?>\n");
        int status = response.status();
        if (status / 100 == 2) {
            success(out, operation, object, requestId);
        } else {
            status = error(out, status, header(response, ERROR_HEADER), object, requestId);
        }
        List<Headers.Header> headers = new ArrayList<>();
        headers.add(new Headers.Header("Content-Type", CONTENT_TYPE));
        for (Headers.Header header : response.headers()) {
            if (!header.name().equals("Content-Type") && !header.name().equals(ERROR_HEADER)) {
                headers.add(header);
            }
        }
        byte[] xml = out.toString().getBytes(StandardCharsets.UTF_8);
        return new Response(status, headers, List.of(xml), response.grant());
    }

    private static byte[] bytes(List<byte[]> pieces) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        pieces.forEach(bytes::writeBytes);
        return bytes.toByteArray();
    }

    private static String header(Response response, String name) {
        return response.headers().stream()
                .filter(header -> header.name().equals(name))
                .map(Headers.Header::value)
                .findFirst()
                .orElse("");
    }

    private static void success(StringBuilder out, String operation, ObjectNode object, String requestId) {
        out.append('<')
                .append(operation)
                .append("Response xmlns=\"")
                .append(NAMESPACE)
                .append("\">");
        if (!WITHOUT_RESULT.contains(operation)) {
            out.append('<').append(operation).append("Result>");
            members(out, operation, object);
            out.append("</").append(operation).append("Result>");
        }
        out.append("<ResponseMetadata>");
        element(out, "RequestId", requestId);
        out.append("</ResponseMetadata></").append(operation).append("Response>\n");
    }

    private static int error(StringBuilder out, int status, String codeAndFault, ObjectNode object, String requestId) {
        String[] parts = codeAndFault.split(";", 2);
        String code = parts[0];
        String message = object.path("message").asText("");
        int told = status;
        // Two errors have other words in this protocol.
        if (code.equals(SqsFailure.Kind.QUEUE_DOES_NOT_EXIST.code())) {
            message = "The specified queue does not exist for this wsdl version.";
        } else if (code.equals(SqsFailure.Kind.UNKNOWN_OPERATION.code())) {
            code = "InvalidAction";
            message = "The action or operation requested is invalid. Verify that the action is typed correctly.";
            told = 400;
        }
        out.append("<ErrorResponse xmlns=\"").append(NAMESPACE).append("\"><Error>");
        element(out, "Type", parts.length == 2 ? parts[1] : "Sender");
        element(out, "Code", code);
        element(out, "Message", message);
        out.append("<Detail/></Error>");
        element(out, "RequestId", requestId);
        out.append("</ErrorResponse>\n");
        return told;
    }

    private static void members(StringBuilder out, String operation, JsonNode object) {
        for (Map.Entry<String, JsonNode> member : object.properties()) {
            String name = member.getKey();
            JsonNode value = member.getValue();
            switch (name) {
                case "Messages" -> value.forEach(message -> message(out, (ObjectNode) message));
                case "Attributes" -> map(out, "Attribute", "Name", value);
                case "Tags" -> map(out, "Tag", "Key", value);
                case "MessageAttributes" -> messageAttributes(out, value);
                case "QueueUrls", "queueUrls" -> value.forEach(url -> element(out, "QueueUrl", url.asText()));
                case "Successful" -> structures(out, operation, operation + "ResultEntry", value);
                case "Failed" -> structures(out, operation, "BatchResultErrorEntry", value);
                case "Results" -> structures(out, operation, operation + "ResultEntry", value);
                default -> element(out, name, value.asText());
            }
        }
    }

    private static void structures(StringBuilder out, String operation, String name, JsonNode structures) {
        for (JsonNode structure : structures) {
            out.append('<').append(name).append('>');
            members(out, operation, structure);
            out.append("</").append(name).append('>');
        }
    }

    private static void message(StringBuilder out, ObjectNode message) {
        String body = message.path("Body").asText();
        if (!XmlText.isCarried(body)) {
            message.put("MD5OfBody", md5(XmlText.carried(body)));
        }
        JsonNode attributes = message.path("MessageAttributes");
        if (!isCarried(attributes)) {
            message.put("MD5OfMessageAttributes", MessageAttributes.md5(carried(attributes)));
        }
        out.append("<Message>");
        members(out, "", message);
        out.append("</Message>");
    }

    private static String md5(String text) {
        return HexFormat.of().formatHex(Digests.md5().digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static boolean isCarried(JsonNode attributes) {
        for (JsonNode attribute : attributes) {
            if (!XmlText.isCarried(attribute.path("StringValue").asText(""))) {
                return false;
            }
        }
        return true;
    }

    private static Map<String, AttributeValue> carried(JsonNode attributes) {
        Map<String, AttributeValue> carried = new TreeMap<>();
        for (Map.Entry<String, JsonNode> attribute : attributes.properties()) {
            AttributeValue.read(attribute.getValue())
                    .ifPresent(value -> carried.put(attribute.getKey(), carried(value)));
        }
        return carried;
    }

    private static AttributeValue carried(AttributeValue value) {
        return value.isBinary()
                ? value
                : new AttributeValue(
                        value.dataType(), XmlText.carried(value.text()).getBytes(StandardCharsets.UTF_8));
    }

    private static void map(StringBuilder out, String name, String keyName, JsonNode map) {
        for (Map.Entry<String, JsonNode> entry : map.properties()) {
            out.append('<').append(name).append('>');
            element(out, keyName, entry.getKey());
            element(out, "Value", entry.getValue().asText());
            out.append("</").append(name).append('>');
        }
    }

    private static void messageAttributes(StringBuilder out, JsonNode attributes) {
        for (Map.Entry<String, JsonNode> attribute : attributes.properties()) {
            out.append("<MessageAttribute>");
            element(out, "Name", attribute.getKey());
            out.append("<Value>");
            attribute
                    .getValue()
                    .properties()
                    .forEach(part -> element(out, part.getKey(), part.getValue().asText()));
            out.append("</Value></MessageAttribute>");
        }
    }

    private static void element(StringBuilder out, String name, String text) {
        out.append('<').append(name).append('>');
        XmlText.append(out, XmlText.carried(text));
        out.append("</").append(name).append('>');
    }
}
