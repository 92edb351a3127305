package dev.workflows;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Which package may know which; the compiler sees to the rest, by package-private classes. */
class PackageRulesTests {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.workflows");

    @Test
    void apiKnowsNoneOfTheOtherPackages() {
        noClasses()
                .that()
                .resideInAPackage("dev.workflows")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.workflows.*..")
                .check(CLASSES);
    }

    @Test
    void storeKnowsOnlyTheApi() {
        noClasses()
                .that()
                .resideInAPackage("dev.workflows.store")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.workflows.engine", "dev.workflows.jpa", "dev.workflows.autoconfigure")
                .check(CLASSES);
    }

    @Test
    void onlyTheJpaPackageKnowsJpaAndSql() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.workflows.jpa", "dev.workflows.autoconfigure")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "jakarta.persistence..",
                        "org.hibernate..",
                        "org.flywaydb..",
                        "java.sql..",
                        "javax.sql..",
                        "org.springframework.jdbc..",
                        "org.springframework.orm..",
                        "org.springframework.data..")
                .because("the store is the one seam to the database")
                .check(CLASSES);
    }

    @Test
    void engineDoesNotKnowTheStoreThatItRunsOn() {
        noClasses()
                .that()
                .resideInAPackage("dev.workflows.engine")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.workflows.jpa", "dev.workflows.autoconfigure")
                .check(CLASSES);
    }

    @Test
    void jpaDoesNotKnowTheEngine() {
        noClasses()
                .that()
                .resideInAPackage("dev.workflows.jpa")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.workflows.engine", "dev.workflows.autoconfigure")
                .check(CLASSES);
    }

    @Test
    void cryptoKnowsOnlyTheApi() {
        noClasses()
                .that()
                .resideInAPackage("dev.workflows.crypto")
                .should()
                .dependOnClassesThat(resideInAPackage("dev.workflows.*..")
                        .and(DescribedPredicate.not(resideInAPackage("dev.workflows.crypto"))))
                .check(CLASSES);
    }

    @Test
    void nothingKnowsTheActuatePackageAndOnlyItKnowsHealth() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.workflows.actuate")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.workflows.actuate", "org.springframework.boot.health..")
                .because("it can be removed, and Actuator may not be there")
                .check(CLASSES);
    }

    @Test
    void packagesDoNotDependOnEachOtherInCircles() {
        slices().matching("dev.workflows.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void namesSayWhatAClassIsFor() {
        classes()
                .that()
                .resideInAPackage("dev.workflows..")
                .should()
                .haveNameNotMatching(".*(Manager|Helper|Util|Utils|Impl)$")
                .check(CLASSES);
    }
}
