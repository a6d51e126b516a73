package dev.penstock.cluster.demo;

import dev.penstock.cluster.api.Json;
import dev.penstock.cluster.process.ClusterPlan;
import dev.penstock.cluster.process.LocalCluster;
import dev.penstock.cluster.process.NodeSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The file that tells other programs where a running demo is. Written anew after every restart of a node. */
record InfoFile(Path file, String postgresUrl, String stream, String publication, ClusterPlan.Key key) {

    void write(LocalCluster cluster) throws IOException {
        List<Map<String, Object>> nodes = new ArrayList<>();
        for (NodeSpec spec : cluster.specs()) {
            Map<String, Object> node = new LinkedHashMap<>();
            node.put("id", spec.id());
            node.put("http", spec.http());
            node.put("pid", cluster.process(spec.id()).pid());
            node.put("config", spec.config().toAbsolutePath().toString());
            node.put("data_dir", spec.dataDirectory().toAbsolutePath().toString());
            nodes.add(node);
        }
        Map<String, Object> info = new LinkedHashMap<>();
        info.put("postgres", postgresUrl);
        info.put("stream", stream);
        info.put("publication", publication);
        info.put("nodes", nodes);
        info.put("access_key_id", key.id());
        info.put("secret_access_key", key.secret());
        info.put("token", key.token());
        SecretFile.replace(file, Json.pretty(info));
    }
}
