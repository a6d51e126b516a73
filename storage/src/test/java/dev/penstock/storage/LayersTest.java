package dev.penstock.storage;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Who may see whom, and what a deterministic machine may not touch. */
class LayersTest {

    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.penstock.storage");

    /** What would make two replicas differ: clocks, chance, threads, files, the environment, maps without an order. */
    private static final Set<String> NOT_DETERMINISTIC = Set.of(
            "java.util.Random",
            "java.util.UUID",
            "java.util.HashMap",
            "java.util.HashSet",
            "java.util.LinkedHashMap",
            "java.util.IdentityHashMap",
            "java.util.WeakHashMap",
            "java.util.Date",
            "java.util.Calendar",
            "java.lang.Runtime",
            "java.lang.Thread",
            "java.lang.Process",
            "java.lang.Float",
            "java.lang.Double",
            "java.lang.StrictMath",
            "java.security.SecureRandom");

    private static final String[] DETERMINISTIC = {
        "..storage.machine..", "..storage.table..", "..storage.model..", "dev.penstock.storage.kv"
    };

    @Test
    void shouldKeepTheMachineDeterministic() {
        // The builder of batches runs in the replicator, and only asks its map, never walks it.
        JavaClasses withoutBuilder = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .withImportOption(location -> !location.contains("EventBatch$Builder"))
                .importPackages("dev.penstock.storage");
        noClasses()
                .that()
                .resideInAnyPackage(DETERMINISTIC)
                .should()
                .dependOnClassesThat(
                        describe("make replicas differ", (JavaClass c) -> NOT_DETERMINISTIC.contains(c.getName())))
                .orShould()
                .dependOnClassesThat()
                .resideInAnyPackage("java.time..", "java.util.concurrent..", "java.net..", "java.util.random..")
                .because("the same entries must give the same rows on every node")
                .check(withoutBuilder);
    }

    @Test
    void shouldAskTheMachineForNoClockAndNoChance() {
        noClasses()
                .that()
                .resideInAnyPackage(DETERMINISTIC)
                .should()
                .callMethodWhere(describe("ask the system", (JavaMethodCall call) -> {
                    String owner = call.getTargetOwner().getName();
                    String name = call.getTarget().getName();
                    return (owner.equals("java.lang.System") && !name.equals("arraycopy"))
                            || (owner.equals("java.lang.Math") && name.equals("random"))
                            || (name.equals("parallelStream") || name.equals("identityHashCode"));
                }))
                .check(MAIN);
    }

    @Test
    void shouldHoldNoFloatingPointInTheMachine() {
        noFields()
                .that()
                .areDeclaredInClassesThat()
                .resideInAnyPackage(DETERMINISTIC)
                .should()
                .haveRawType("double")
                .orShould()
                .haveRawType("float")
                .check(MAIN);
        noMethods()
                .that()
                .areDeclaredInClassesThat()
                .resideInAnyPackage(DETERMINISTIC)
                .should()
                .haveRawReturnType("double")
                .orShould()
                .haveRawReturnType("float")
                .check(MAIN);
    }

    @Test
    void shouldKeepTheFloors() {
        classes()
                .that(resideInAPackage("..storage.model.."))
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("..storage.model..", "java..", "org.jspecify..")
                .check(MAIN);
        classes()
                .that(resideInAPackage("..storage.codec.."))
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "..storage.codec..", "..storage.model..", "java..", "org.jspecify..", "com.github.luben.zstd..")
                .check(MAIN);
        classes()
                .that(resideInAPackage("dev.penstock.storage.kv"))
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("dev.penstock.storage.kv", "java..", "org.jspecify..")
                .check(MAIN);
        classes()
                .that(resideInAPackage("..storage.table.."))
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "..storage.table..",
                        "dev.penstock.storage.kv",
                        "..storage.codec..",
                        "..storage.model..",
                        "java..",
                        "org.jspecify..")
                .check(MAIN);
        noClasses()
                .that(resideInAPackage("..storage.machine.."))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("..storage.kv.rocks..")
                .check(MAIN);
    }

    @Test
    void shouldKeepEachLibraryInItsPackage() {
        noClasses()
                .that()
                .resideOutsideOfPackage("..storage.kv.rocks..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.rocksdb..")
                .check(MAIN);
        noClasses()
                .that()
                .resideOutsideOfPackage("..storage.codec..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("com.github.luben..")
                .check(MAIN);
    }

    @Test
    void shouldHaveNoCycles() {
        slices().matching("dev.penstock.storage.(**)").should().beFreeOfCycles().check(MAIN);
    }
}
