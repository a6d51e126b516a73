package dev.penstock.replicator.flow;

import dev.penstock.replicator.feed.SourceFault;
import dev.penstock.replicator.feed.SourceSession.SlotFacts;
import dev.penstock.replicator.feed.SourceSession.SlotHolder;
import dev.penstock.replicator.postgres.Inspection;
import dev.penstock.replicator.postgres.PgSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Looks at a source's database before anything is created there. Changes nothing. */
public final class SourcePreflight {

    private static final int OLDEST_VERSION = 140_000;

    /**
     * Below these minor releases ALTER PUBLICATION beside an open transaction makes pgoutput silently drop every later
     * change of the table (mended in 17.5, 16.9, 15.13 and 14.18).
     */
    private static final int[] FIRST_SAFE_VERSIONS = {140_018, 150_013, 160_009, 170_005};

    /** Of no leader: any leader's own slot reader passes as ours. */
    private static final long NO_TERM = Long.MAX_VALUE;

    private SourcePreflight() {}

    /** All problems found, empty if the source can be set up and read. Blocks for as long as connecting takes. */
    public static List<Problem> check(SourceConfig config) {
        PgSettings settings = Replicator.settings(config, NO_TERM);
        Inspection found;
        try {
            found = Inspection.of(settings, config.tables());
        } catch (SourceFault fault) {
            return List.of(problem(fault));
        }
        List<Problem> problems = judge(config, found);
        if (problems.isEmpty()) {
            try {
                Inspection.tryReplication(settings);
            } catch (SourceFault fault) {
                problems.add(problem(fault));
            }
        }
        return List.copyOf(problems);
    }

    private static Problem problem(SourceFault fault) {
        return new Problem(fault.code(), String.valueOf(fault.getMessage()));
    }

    static List<Problem> judge(SourceConfig config, Inspection found) {
        List<Problem> problems = new ArrayList<>();
        version(found.version(), problems);
        if (!found.walLevel().equals("logical")) {
            problems.add(new Problem(
                    "wal_level",
                    "expected wal_level = logical, but it is " + found.walLevel()
                            + ": ALTER SYSTEM SET wal_level = logical, then restart Postgres (a hosted one has a setting"
                            + " for logical replication)"));
        }
        if (!found.mayReplicate()) {
            problems.add(new Problem(
                    "replication_privilege_missing",
                    "role '" + config.user() + "' may not replicate: ALTER ROLE \"" + config.user()
                            + "\" REPLICATION"));
        }
        publication(config, found, problems);
        slot(config, found, problems);
        return problems;
    }

    private static void version(int version, List<Problem> problems) {
        boolean unsafe = version < OLDEST_VERSION;
        for (int safe : FIRST_SAFE_VERSIONS) {
            unsafe |= version / 10_000 == safe / 10_000 && version < safe;
        }
        if (unsafe) {
            problems.add(new Problem(
                    "server_version",
                    "expected Postgres 14.18, 15.13, 16.9, 17.5, 18 or later, but the server is " + version / 10_000
                            + "."
                            + version % 10_000
                            + ": older ones can silently leave out changes while a publication is altered; update the"
                            + " server"));
        }
    }

    private static void publication(SourceConfig config, Inspection found, List<Problem> problems) {
        if (found.publicationExists()) {
            return;
        }
        String missing = "publication '" + config.publication() + "' does not exist";
        if (config.tables().isEmpty()) {
            problems.add(new Problem(
                    "publication_missing",
                    missing
                            + " and no tables are configured to create it from: name tables, or run CREATE PUBLICATION \""
                            + config.publication() + "\" FOR TABLE …"));
            return;
        }
        if (!found.missingTables().isEmpty()) {
            problems.add(new Problem(
                    "table_missing",
                    missing + " and cannot be created, because these tables do not exist: "
                            + String.join(", ", found.missingTables())
                            + "; correct the list of tables, or create them"));
        }
        if (!found.mayCreatePublications() || !found.foreignTables().isEmpty()) {
            String lacks = found.mayCreatePublications()
                    ? "does not own " + String.join(", ", found.foreignTables())
                    : "lacks CREATE on database '" + found.database() + "'";
            problems.add(new Problem(
                    "publication_missing",
                    missing + " and role '" + config.user() + "' may not create it (it " + lacks
                            + "): as the owner of the tables run "
                            + Inspection.createPublicationSql(config.publication(), config.tables())));
        }
    }

    private static void slot(SourceConfig config, Inspection found, List<Problem> problems) {
        Optional<SlotHolder> holder = found.slotHolder();
        ReaderName ours = ReaderName.of(config.clusterId(), config.nodeId(), NO_TERM);
        if (holder.isPresent() && ours.judge(holder.get().applicationName()) == ReaderName.Verdict.FOREIGN) {
            problems.add(new Problem(
                    "slot_in_use",
                    "replication slot '" + config.slot() + "' is read by another consumer (application_name '"
                            + holder.get().applicationName() + "', pid "
                            + holder.get().pid() + "): stop it, or configure another slot"));
        }
        if (found.slot().isEmpty() && found.freeSlots() < 1) {
            problems.add(
                    new Problem(
                            "too_many_slots",
                            "Postgres has no free replication slot: raise max_replication_slots, or drop a slot that nobody uses"));
        }
        if (found.slot().isPresent()) {
            SlotFacts slot = found.slot().get();
            if (!slot.plugin().equals("pgoutput") || !slot.database().equals(found.database())) {
                problems.add(new Problem(
                        "slot_exists",
                        "replication slot '" + config.slot() + "' exists, but for plug-in '" + slot.plugin()
                                + "' and database '" + slot.database() + "': configure another slot name"));
            }
        }
    }
}
