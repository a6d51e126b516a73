package dev.penstock.broker;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The floors of the house and the one package in which each third-party library lives (docs/architecture.md). */
class LayersTest {

    private static final JavaClasses HOUSE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages("dev.penstock");

    @Test
    void shouldHaveNoCyclesBetweenPackages() {
        slices().matching("dev.penstock.(**)").should().beFreeOfCycles().check(HOUSE);
    }

    @Test
    void shouldKeepTheReplicatorAwayFromEverythingButTheModel() {
        noClasses()
                .that()
                .resideInAPackage("dev.penstock.replicator..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.penstock.broker..",
                        "dev.penstock.client..",
                        "dev.penstock.storage.codec..",
                        "dev.penstock.storage.kv..",
                        "dev.penstock.storage.table..",
                        "dev.penstock.storage.machine..")
                .check(HOUSE);
    }

    @Test
    void shouldKeepTheDecisionsBelowTheShell() {
        noClasses()
                .that()
                .resideInAnyPackage("dev.penstock.broker.plan..", "dev.penstock.broker.deliver..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.penstock.broker.http..",
                        "dev.penstock.broker.raft..",
                        "dev.penstock.broker.duty..",
                        "dev.penstock.broker.boot..",
                        "dev.penstock.broker.cli..",
                        "dev.penstock.broker.config..",
                        "dev.penstock.broker.metrics..",
                        "dev.penstock.replicator..",
                        "dev.penstock.storage.kv..",
                        "dev.penstock.storage.table..")
                .check(HOUSE);
    }

    @Test
    void shouldKeepNeighboursOnAFloorApart() {
        String[] neighbours = {"http", "duty", "raft", "metrics"};
        for (String one : neighbours) {
            for (String other : neighbours) {
                if (!one.equals(other)) {
                    noClasses()
                            .that()
                            .resideInAPackage("dev.penstock.broker." + one + "..")
                            .should()
                            .dependOnClassesThat()
                            .resideInAPackage("dev.penstock.broker." + other + "..")
                            .allowEmptyShould(true)
                            .check(HOUSE);
                }
            }
        }
    }

    @Test
    void shouldKeepEachLibraryInItsOwnPackage() {
        confine("org.rocksdb..", "dev.penstock.storage.kv.rocks..");
        confine("org.apache.ratis..", "dev.penstock.broker.raft..", "org.apache.ratis..");
        confine("io.netty..", "dev.penstock.broker.http..");
        confine(
                "com.fasterxml.jackson..",
                "dev.penstock.broker.plan.filter..",
                "dev.penstock.broker.http..",
                "dev.penstock.broker.config..",
                "dev.penstock.broker.cli..",
                "dev.penstock.client..");
        confine("org.postgresql..", "dev.penstock.replicator.postgres..");
        confine("io.micrometer..", "dev.penstock.broker.metrics..");
        confine("picocli..", "dev.penstock.broker.cli..");
        confine("net.jpountz..", "dev.penstock.storage.codec..");
        confine("com.github.luben..", "dev.penstock.storage.codec..");
    }

    private static void confine(String library, String... homes) {
        classes()
                .that()
                .resideOutsideOfPackages(homes)
                .should()
                .onlyDependOnClassesThat()
                .resideOutsideOfPackage(library)
                .check(HOUSE);
    }
}
