package dev.tidewright;

import static com.tngtech.archunit.core.domain.JavaModifier.FINAL;
import static com.tngtech.archunit.core.domain.JavaModifier.STATIC;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static dev.tidewright.ArchitectureConditions.aControllersHandler;
import static dev.tidewright.ArchitectureConditions.beUsedOnlyInTheirOwnPackage;
import static dev.tidewright.ArchitectureConditions.declareWhoMayCall;
import static dev.tidewright.ArchitectureConditions.liveInANullMarkedPackage;
import static dev.tidewright.ArchitectureConditions.mentionAnEntityInTheirReturnType;
import static dev.tidewright.ArchitectureConditions.openATransaction;
import static dev.tidewright.ArchitectureConditions.passUntypedData;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.lang.ArchRule;
import dev.tidewright.cluster.Cluster;
import dev.tidewright.kernel.FailPoints;
import jakarta.persistence.Entity;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.core.env.Environment;
import org.springframework.data.repository.Repository;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.Scheduled;

/** What the build forbids. Each rule carries its reason, which is what a broken build prints. */
class ArchitectureTest {

    /** Not by ArchUnit's own engine: that one runs when all other tests are done, with one thread. */
    @TestFactory
    Stream<DynamicTest> everyRuleHolds() {
        var product = new ClassFileImporter()
                .withImportOption(new DoNotIncludeTests())
                .importPackages("dev.tidewright");
        return Arrays.stream(ArchitectureTest.class.getDeclaredFields())
                .filter(field -> field.getType().equals(ArchRule.class))
                .map(field ->
                        DynamicTest.dynamicTest(field.getName(), () -> ((ArchRule) field.get(null)).check(product)));
    }

    static final ArchRule TRANSACTIONS_OR_CLUSTER = noClasses()
            .that(openATransaction())
            .should()
            .dependOnClassesThat()
            .areAssignableTo(Cluster.class)
            .because("a call to the cluster inside a transaction holds row locks as long as the cluster takes, and a"
                    + " rollback does not undo it: services write, reconcilers talk to the cluster");

    static final ArchRule KUBERNETES_STAYS_IN_ITS_ADAPTER = noClasses()
            .that()
            .resideOutsideOfPackage("dev.tidewright.cluster.kubernetes..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.fabric8..")
            .because("everything else speaks the vocabulary of the port, so that a laptop can do the same");

    static final ArchRule TRANSLATORS_ARE_PURE = noClasses()
            .that()
            .haveSimpleName("Manifests")
            .or()
            .haveSimpleName("Observations")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.fabric8.kubernetes.client..")
            .allowEmptyShould(true)
            .because("translation is tested without any client");

    static final ArchRule PROCESSES_BELONG_TO_THE_LOCAL_CLUSTER = noClasses()
            .that()
            .resideOutsideOfPackages("dev.tidewright.cluster.local..", "dev.tidewright.database..")
            .should()
            .dependOnClassesThat()
            .belongToAnyOf(ProcessBuilder.class, ProcessHandle.class, Process.class)
            .because(
                    "workloads are started through the port only; the embedded database is the one other child process");

    static final ArchRule ENTITIES_HAVE_NO_SETTERS = noMethods()
            .that()
            .areDeclaredInClassesThat()
            .areAnnotatedWith(Entity.class)
            .should()
            .haveNameMatching("set[A-Z].*")
            .because("an entity refuses what may not be: it is changed by methods named after what happens");

    static final ArchRule REPOSITORIES_STAY_AT_HOME = classes()
            .that()
            .areAssignableTo(Repository.class)
            .should()
            .notBePublic()
            .andShould(beUsedOnlyInTheirOwnPackage())
            .because("another feature asks the service; it does not read the tables");

    static final ArchRule ENTITIES_STAY_AT_HOME = noMethods()
            .that(aControllersHandler())
            .should(mentionAnEntityInTheirReturnType())
            .because("the API is the view records beside the controller, not the columns of a table");

    static final ArchRule HANDLERS_DECLARE_WHO_MAY_CALL = methods()
            .that(aControllersHandler())
            .should(declareWhoMayCall())
            .because("a forgotten check is an open door: say @PreAuthorize, or @Open and why");

    static final ArchRule ROLES_HAVE_NAMES = noClasses()
            .should()
            .haveSimpleNameEndingWith("Manager")
            .orShould()
            .haveSimpleNameEndingWith("Helper")
            .orShould()
            .haveSimpleNameEndingWith("Util")
            .orShould()
            .haveSimpleNameEndingWith("Utils")
            .orShould()
            .haveSimpleNameEndingWith("Impl")
            .orShould()
            .haveSimpleNameEndingWith("Handler")
            .orShould()
            .haveSimpleNameStartingWith("Abstract")
            .orShould()
            .haveNameMatching(".*[.$]Base[A-Z][^.$]*")
            .because("such names say nothing; the closed list of roles is in CONTRIBUTING.md");

    static final ArchRule NO_VALUES_FROM_STRINGS = noFields()
            .should()
            .beAnnotatedWith(Value.class)
            .because("settings are typed records with defaults and units, one for each feature");

    static final ArchRule SETTINGS_ARE_TYPED = noClasses()
            .that()
            .haveSimpleNameNotEndingWith("Settings")
            .and()
            .haveSimpleNameNotEndingWith("Configuration")
            .should()
            .dependOnClassesThat()
            .areAssignableTo(Environment.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(Value.class)
            .because("settings are typed records with defaults and units, one for each feature");

    static final ArchRule ENVIRONMENT_IS_READ_IN_ONE_PLACE = noClasses()
            .that()
            .haveSimpleNameNotEndingWith("Settings")
            .and()
            .haveSimpleNameNotEndingWith("Configuration")
            .and()
            .doNotBelongToAnyOf(FailPoints.class)
            .should()
            .callMethod(System.class, "getenv", String.class)
            .orShould()
            .callMethod(System.class, "getenv")
            .because(
                    "what the process is told comes in by settings; FailPoints reads its own, before there are settings");

    static final ArchRule TIME_IS_PASSED_IN = noClasses()
            .should()
            .callMethod(Instant.class, "now")
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(LocalDateTime.class)
            .orShould()
            .callMethod(Thread.class, "sleep", long.class)
            .orShould()
            .callMethod(Thread.class, "sleep", java.time.Duration.class)
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .because("tests turn the clock by hand: inject InstantSource, and let the loop do the waiting");

    static final ArchRule NO_FIELD_INJECTION = noFields()
            .should()
            .beAnnotatedWith(Autowired.class)
            .because("a constructor shows what a class needs, and how much");

    static final ArchRule NO_CODE_GENERATORS = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("lombok..", "org.mapstruct..")
            .because("what runs is what can be read");

    static final ArchRule NO_STATIC_STATE = fields().that()
            .haveModifier(STATIC)
            .and()
            .doNotHaveName("$VALUES")
            .should()
            .haveModifier(FINAL)
            .because("static state leaks between tests and between tenants");

    static final ArchRule THE_LOOP_IS_THE_ONLY_TIMER = noMethods()
            .that()
            .areDeclaredInClassesThat()
            .resideOutsideOfPackage("dev.tidewright.reconcile..")
            .should()
            .beAnnotatedWith(Async.class)
            .orShould()
            .beAnnotatedWith(Scheduled.class)
            .orShould()
            .beAnnotatedWith("org.springframework.modulith.events.ApplicationModuleListener")
            .because("work that must happen is a work item: it survives a crash and is worked by one at a time");

    static final ArchRule MODULES_EXCHANGE_TYPES = noMethods()
            .that()
            .arePublic()
            .and()
            .areDeclaredInClassesThat()
            .arePublic()
            .should(passUntypedData())
            .because("a Map<String, Object> or a JsonNode makes every reader guess what is in it");

    static final ArchRule HISTORY_IS_ONLY_ADDED_TO = noMethods()
            .that()
            .areDeclaredInClassesThat()
            .resideInAPackage("dev.tidewright.history..")
            .should()
            .haveNameMatching("(update|delete|remove|replace|truncate).*")
            .because("what happened, happened");

    static final ArchRule ONE_JACKSON = noClasses()
            .that()
            .resideOutsideOfPackage("dev.tidewright.cluster.kubernetes..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.fasterxml.jackson.databind..", "com.fasterxml.jackson.core..")
            .because("the product speaks Jackson 3; version 2 is on the class path for libraries");

    static final ArchRule DECIDERS_DO_NOT_TOUCH_THE_CLUSTER = noClasses()
            .that()
            .resideInAnyPackage(
                    "dev.tidewright.rollout..",
                    "dev.tidewright.autoscaling..",
                    "dev.tidewright.catalog..",
                    "dev.tidewright.tracking..",
                    "dev.tidewright.web..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.tidewright.cluster..")
            .because("they ask serving or training to change what is wanted; one place talks to the cluster");

    static final ArchRule NULL_IS_MARKED = classes()
            .should(liveInANullMarkedPackage())
            .because("NullAway only looks at packages that are @NullMarked in their package-info.java");
}
