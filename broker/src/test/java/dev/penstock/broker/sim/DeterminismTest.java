package dev.penstock.broker.sim;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a simulation must not ask, so that its seed is all that it depends on. */
class DeterminismTest {

    private static final JavaClasses SIMULATION = new ClassFileImporter().importPackages("dev.penstock.broker.sim");

    private static final Set<String> NOT_OF_THE_SEED = Set.of(
            "java.util.concurrent.ThreadLocalRandom",
            "java.util.concurrent.Executors",
            "java.util.UUID",
            "java.util.IdentityHashMap",
            "java.util.WeakHashMap",
            "java.security.SecureRandom");

    private static final Set<String> CALLS_NOT_OF_THE_SEED = Set.of(
            "java.lang.System.nanoTime",
            "java.lang.System.currentTimeMillis",
            "java.lang.System.identityHashCode",
            "java.lang.Math.random",
            "java.lang.Thread.start",
            "java.time.Clock.systemUTC",
            "java.time.Clock.systemDefaultZone",
            "java.time.Instant.now",
            "java.util.concurrent.CompletableFuture.runAsync",
            "java.util.concurrent.CompletableFuture.supplyAsync",
            "java.util.concurrent.CompletableFuture.orTimeout");

    @Test
    void shouldAskForNoClockNoChanceAndNoThread() {
        noClasses()
                .should()
                .callMethodWhere(describe(
                        "depend on more than the seed",
                        (JavaMethodCall call) -> CALLS_NOT_OF_THE_SEED.contains(call.getTargetOwner()
                                        .getName() + "." + call.getTarget().getName())))
                .orShould()
                .dependOnClassesThat(describe(
                        "depend on more than the seed", (JavaClass used) -> NOT_OF_THE_SEED.contains(used.getName())))
                .check(SIMULATION);
    }
}
