package dev.penstock.cluster.demo;

import dev.penstock.cluster.process.ClusterPlan;
import dev.penstock.cluster.process.NodeSpec;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a started demo says: where everything is, and what to do next. */
final class Banner {
    private Banner() {}

    static String text(Demo demo, DemoOptions options, double seconds) {
        List<NodeSpec> specs = demo.parts().cluster().specs();
        ClusterPlan.Key key = demo.parts().state().key();
        String url = specs.get(0).http();
        String nodes = specs.stream()
                .map(spec -> spec.id() + " " + spec.http() + " (pid "
                        + demo.parts().cluster().process(spec.id()).pid() + ")")
                .collect(Collectors.joining(", "));
        String kept = options.dataDir().isPresent() ? "kept" : "removed on exit; keep it with --data-dir";
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                Locale.ROOT, "%npenstock demo%64s%n", String.format(Locale.ROOT, "ready in %.1f s", seconds)));
        line(text, "Nodes", nodes);
        line(
                text,
                "SQS API",
                "export AWS_ENDPOINT_URL_SQS=" + url + " AWS_REGION=us-east-1 AWS_ACCESS_KEY_ID=" + key.id()
                        + " AWS_SECRET_ACCESS_KEY=" + key.secret());
        line(
                text,
                "Events",
                "curl -H 'Authorization: Bearer " + key.token() + "' '" + url
                        + "/v1/streams/main/events?offset=0&limit=10'");
        line(text, "Postgres", "psql " + demo.parts().postgres().url());
        line(text, "Data", demo.directory() + " (" + kept + ")");
        options.infoFile().ifPresent(file -> line(text, "Info", file.toString()));
        long pid = demo.parts().cluster().process(specs.get(0).id()).pid();
        text.append("Try:  ./penstock status · ./penstock tail main · ./penstock groups ls · kill -9 ")
                .append(pid);
        text.append(" · Ctrl-C to end");
        return text.toString();
    }

    private static void line(StringBuilder text, String name, String value) {
        text.append(String.format(Locale.ROOT, "  %-9s %s%n", name, value));
    }
}
