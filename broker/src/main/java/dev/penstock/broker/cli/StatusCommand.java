package dev.penstock.broker.cli;

import dev.penstock.client.ClusterInfo;
import dev.penstock.client.GroupInfo;
import dev.penstock.client.PenstockClient;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** One look at the whole: is it well? Exit code 6 if the cluster has no leader. */
@Command(name = "status", mixinStandardHelpOptions = true, description = "Shows in a few lines whether all is well.")
final class StatusCommand implements Callable<Integer> {

    @Mixin
    private final Session session;

    StatusCommand(Session session) {
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
        long up = cluster.nodes().stream()
                .filter(node -> !node.role().equals("down"))
                .count();
        String leader = cluster.leader();
        out.println("cluster  " + cluster.clusterId() + ": " + up + " of "
                + cluster.nodes().size() + " nodes up, "
                + (leader == null ? "NO LEADER" : "leader " + leader) + ", term " + cluster.term());
        for (ClusterInfo.Source source : cluster.sources()) {
            String code = source.code().isEmpty() || source.code().equals("ok") ? "" : " (" + source.code() + ")";
            out.println("source   " + source.name() + ": " + source.state() + code + ", lag "
                    + Amounts.bytes(source.lagBytes()) + ", confirmed " + source.confirmedLsn());
        }
        if (cluster.sources().isEmpty()) {
            out.println("source   none configured");
        }
        if (leader == null) {
            out.println("groups   unknown without a leader");
            return ExitCode.UNAVAILABLE;
        }
        printGroups(out, client.groups());
        return ExitCode.OK;
    }

    private static void printGroups(PrintWriter out, List<GroupInfo> groups) {
        for (GroupInfo group : groups) {
            out.println("group    " + group.name() + ": backlog " + group.backlog() + ", in flight " + group.inFlight()
                    + ", oldest unsettled " + Amounts.age(group.oldestUnsettledAge()));
        }
        if (groups.isEmpty()) {
            out.println("groups   none; create one: penstock groups create <name> --start earliest");
        }
    }
}
