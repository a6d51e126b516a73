package dev.penstock.broker.http.api;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.penstock.broker.deliver.Offsets;
import dev.penstock.broker.http.Endpoint;
import dev.penstock.broker.http.Exchange;
import dev.penstock.broker.http.Json;
import dev.penstock.broker.http.Response;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

/** {@code GET /v1/cluster}. */
final class ClusterEndpoint implements Endpoint {

    private final ClusterReport report;

    ClusterEndpoint(ClusterReport report) {
        this.report = report;
    }

    @Override
    public CompletableFuture<Response> handle(Exchange exchange) {
        exchange.request().onlyQuery();
        return report.report()
                .thenApply(cluster -> Response.of(200, Response.JSON, Json.bytes(out -> write(out, cluster))));
    }

    private static void write(JsonGenerator out, ClusterReport.Cluster cluster) throws IOException {
        out.writeStartObject();
        out.writeStringField("cluster_id", cluster.clusterId());
        out.writeFieldName("leader");
        if (cluster.leader().isPresent()) {
            out.writeString(cluster.leader().get());
        } else {
            out.writeNull();
        }
        out.writeNumberField("term", cluster.term());
        out.writeArrayFieldStart("nodes");
        for (ClusterReport.Node node : cluster.nodes()) {
            write(out, node);
        }
        out.writeEndArray();
        out.writeArrayFieldStart("sources");
        for (ClusterReport.Source source : cluster.sources()) {
            write(out, source);
        }
        out.writeEndArray();
        out.writeEndObject();
    }

    private static void write(JsonGenerator out, ClusterReport.Node node) throws IOException {
        out.writeStartObject();
        out.writeStringField("id", node.id());
        out.writeStringField("http", node.http());
        out.writeStringField("role", node.role().name().toLowerCase(Locale.ROOT));
        out.writeNumberField("term", node.term());
        out.writeNumberField("applied_index", node.appliedIndex());
        out.writeNumberField("commit_index", node.commitIndex());
        out.writeStringField("log_end_offset", Offsets.format(node.logEndOffset()));
        if (node.digest().isPresent()) {
            out.writeObjectFieldStart("digest");
            out.writeStringField("offset", Offsets.format(node.digest().get().offset()));
            out.writeStringField("value", node.digest().get().value());
            out.writeEndObject();
        } else {
            out.writeNullField("digest");
        }
        out.writeEndObject();
    }

    private static void write(JsonGenerator out, ClusterReport.Source source) throws IOException {
        out.writeStartObject();
        out.writeStringField("name", source.name());
        out.writeStringField("state", source.state());
        out.writeStringField("code", source.code());
        out.writeStringField("confirmed_lsn", source.confirmedLsn());
        out.writeStringField("durable_lsn", source.durableLsn());
        out.writeNumberField("lag_bytes", source.lagBytes());
        out.writeEndObject();
    }
}
