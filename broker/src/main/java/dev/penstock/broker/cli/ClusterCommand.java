package dev.penstock.broker.cli;

import dev.penstock.client.ClusterInfo;
import dev.penstock.client.PenstockClient;
import java.io.PrintWriter;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The nodes one by one. */
@Command(
        name = "cluster",
        mixinStandardHelpOptions = true,
        description = "Shows the nodes, their roles and how far each has come.")
final class ClusterCommand implements Callable<Integer> {

    @Mixin
    private final Session session;

    ClusterCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        PrintWriter out = session.out();
        PenstockClient client = session.client();
        if (session.isJson()) {
            out.println(client.json("/v1/cluster"));
            return ExitCode.OK;
        }
        ClusterInfo cluster = client.cluster();
        TextTable table = new TextTable("node", "role", "http", "term", "applied", "committed", "log end", "digest");
        for (ClusterInfo.Node node : cluster.nodes()) {
            ClusterInfo.Digest digest = node.digest();
            table.row(
                    node.id(),
                    node.role(),
                    node.http(),
                    node.term(),
                    node.appliedIndex(),
                    node.commitIndex(),
                    Objects.requireNonNullElse(node.logEndOffset(), ""),
                    digest == null ? "" : digest.value() + " @ " + digest.offset());
        }
        table.print(out);
        return cluster.leader() == null ? ExitCode.UNAVAILABLE : ExitCode.OK;
    }
}
