package dev.tidewright;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaParameterizedType;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import jakarta.persistence.Entity;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.bind.annotation.RequestMapping;

/** The vocabulary of {@link ArchitectureTest}. */
final class ArchitectureConditions {

    /** By name, so that the rule does not care which module the annotation lives in. */
    private static final List<String> OPEN = List.of("dev.tidewright.web.Open", "dev.tidewright.kernel.Open");

    private ArchitectureConditions() {}

    static DescribedPredicate<JavaClass> openATransaction() {
        return DescribedPredicate.describe(
                "open a transaction",
                type -> type.isAnnotatedWith(Transactional.class)
                        || type.getMethods().stream().anyMatch(method -> method.isAnnotatedWith(Transactional.class)));
    }

    static DescribedPredicate<JavaMethod> aControllersHandler() {
        return DescribedPredicate.describe(
                "are handlers of a controller",
                method -> method.getOwner().isMetaAnnotatedWith(Controller.class)
                        && (method.isAnnotatedWith(RequestMapping.class)
                                || method.isMetaAnnotatedWith(RequestMapping.class)));
    }

    static ArchCondition<JavaMethod> declareWhoMayCall() {
        return method("declare who may call them", method -> declared(method) || declared(method.getOwner()));
    }

    private static boolean declared(com.tngtech.archunit.core.domain.properties.CanBeAnnotated element) {
        return element.isAnnotatedWith(PreAuthorize.class)
                || element.isMetaAnnotatedWith(PreAuthorize.class)
                || OPEN.stream().anyMatch(element::isAnnotatedWith);
    }

    static ArchCondition<JavaMethod> mentionAnEntityInTheirReturnType() {
        return method(
                "mention an entity in their return type",
                method -> everyTypeIn(method.getReturnType())
                        .anyMatch(type -> type.toErasure().isAnnotatedWith(Entity.class)));
    }

    static ArchCondition<JavaMethod> passUntypedData() {
        return method(
                "pass untyped data",
                method -> Stream.concat(Stream.of(method.getReturnType()), method.getParameterTypes().stream())
                        .flatMap(ArchitectureConditions::everyTypeIn)
                        .anyMatch(ArchitectureConditions::untyped));
    }

    private static boolean untyped(JavaType type) {
        return type.toErasure().getName().endsWith(".databind.JsonNode")
                || type.getName().equals("java.util.Map<java.lang.String, java.lang.Object>");
    }

    private static Stream<JavaType> everyTypeIn(JavaType type) {
        return type instanceof JavaParameterizedType generic
                ? Stream.concat(
                        Stream.of(type),
                        generic.getActualTypeArguments().stream().flatMap(ArchitectureConditions::everyTypeIn))
                : Stream.of(type);
    }

    static ArchCondition<JavaClass> beUsedOnlyInTheirOwnPackage() {
        return new ArchCondition<>("be used only in their own package") {
            @Override
            public void check(JavaClass repository, ConditionEvents events) {
                repository.getDirectDependenciesToSelf().stream()
                        .filter(use -> !use.getOriginClass().getPackage().equals(repository.getPackage()))
                        .forEach(use -> events.add(SimpleConditionEvent.violated(repository, use.getDescription())));
            }
        };
    }

    static ArchCondition<JavaClass> liveInANullMarkedPackage() {
        return new ArchCondition<>("live in a @NullMarked package") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                var marked = type.getPackage()
                        .tryGetPackageInfo()
                        .filter(info -> info.isAnnotatedWith(NullMarked.class))
                        .isPresent();
                events.add(new SimpleConditionEvent(
                        type, marked, type.getName() + ": its package needs a package-info.java with @NullMarked"));
            }
        };
    }

    private static ArchCondition<JavaMethod> method(String description, Predicate<JavaMethod> holds) {
        return new ArchCondition<>(description) {
            @Override
            public void check(JavaMethod method, ConditionEvents events) {
                events.add(new SimpleConditionEvent(
                        method, holds.test(method), method.getDescription() + " " + method.getSourceCodeLocation()));
            }
        };
    }
}
