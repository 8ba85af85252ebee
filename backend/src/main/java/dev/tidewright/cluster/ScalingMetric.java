package dev.tidewright.cluster;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Text;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a cluster's own autoscaler looks at: a {@code MetricSpec} of Kubernetes' {@code autoscaling/v2}, field for field, so
 * that it can be taken over from any manifest. {@code ContainerResource} is left out: a replica has one container.
 *
 * @param type {@code Resource}, {@code Pods}, {@code Object} or {@code External}: which of the others is given
 * @param resource cpu or memory of the replicas
 * @param pods a metric that each replica has
 * @param object a metric of one other object of the namespace
 * @param external a metric of something outside the cluster
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ScalingMetric(
        String type,
        @Nullable Resource resource,
        @Nullable Pods pods,
        @Nullable Described object,
        @Nullable External external) {

    /** As Kubernetes writes them; the first group is the number without its unit. */
    private static final Pattern QUANTITY = Pattern.compile(
            "\\+?([0-9]{1,18}(?:\\.[0-9]{0,18})?|\\.[0-9]{1,18})(?:[numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]{1,2})?");

    /** What Kubernetes can ask for: names become one part of a path each. */
    private static final Pattern SEGMENT = Pattern.compile("(?!\\.{1,2}$)[^/%\\s\\p{Cntrl}]{1,253}");

    /** {@code v1}, {@code apps/v1}. */
    private static final Pattern GROUP_VERSION =
            Pattern.compile("([^/%\\s\\p{Cntrl}]{1,253}/)?[^/%\\s\\p{Cntrl}]{1,63}");

    /**
     * What the replicas use.
     *
     * @param name {@code cpu} or {@code memory}
     */
    public record Resource(String name, Target target) {}

    /** A metric of each replica, averaged over them. */
    public record Pods(Identifier metric, Target target) {}

    /** A metric of one object. */
    public record Described(ObjectReference describedObject, Identifier metric, Target target) {}

    /** A metric of something outside. */
    public record External(Identifier metric, Target target) {}

    /** An object of the endpoint's own namespace. */
    public record ObjectReference(String apiVersion, String kind, String name) {}

    /**
     * A metric.
     *
     * @param selector which of its series; null for all
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Identifier(String name, @Nullable Selector selector) {}

    /** Labels that a series must have. */
    public record Selector(SortedMap<String, String> matchLabels) {
        public Selector {
            matchLabels =
                    Collections.unmodifiableSortedMap(new TreeMap<>(matchLabels == null ? Map.of() : matchLabels));
        }
    }

    /**
     * What is aimed at; the field that {@code type} names is given.
     *
     * @param type {@code Utilization}, {@code AverageValue} or {@code Value}
     * @param averageUtilization percent of what a replica has requested, 1 to 1000
     * @param averageValue a quantity for each replica, such as {@code 50} or {@code 200Mi}
     * @param value a quantity for all of them
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Target(
            String type,
            @Nullable Integer averageUtilization,
            @Nullable String averageValue,
            @Nullable String value) {

        /** {@code 70 %}, {@code 50 per replica} or {@code 100}. */
        public String words() {
            return averageUtilization != null
                    ? averageUtilization + " %"
                    : averageValue != null ? averageValue + " per replica" : String.valueOf(value);
        }
    }

    /** So many percent of the requested {@code cpu} or {@code memory}. */
    public static ScalingMetric utilization(String resource, int percent) {
        return new ScalingMetric(
                "Resource", new Resource(resource, new Target("Utilization", percent, null, null)), null, null, null);
    }

    /** So much of a metric for each replica. */
    public static ScalingMetric pods(String name, String averageValue) {
        return new ScalingMetric(
                "Pods",
                null,
                new Pods(new Identifier(name, null), new Target("AverageValue", null, averageValue, null)),
                null,
                null);
    }

    /** What it is called in sentences. */
    public String name() {
        return switch (type) {
            case "Resource" -> resource == null ? type : resource.name();
            case "Pods" -> pods == null ? type : pods.metric().name();
            case "Object" ->
                object == null
                        ? type
                        : object.metric().name() + " of "
                                + object.describedObject().kind() + " "
                                + object.describedObject().name();
            default -> external == null ? type : external.metric().name();
        };
    }

    /** What is aimed at. */
    public Target target() {
        return Stream.of(
                        resource == null ? null : resource.target(),
                        pods == null ? null : pods.target(),
                        object == null ? null : object.target(),
                        external == null ? null : external.target())
                .filter(Objects::nonNull)
                .findFirst()
                .orElseThrow();
    }

    /** {@code cpu at 70 %}. */
    public String words() {
        return name() + " at " + target().words();
    }

    /** Refuses what no autoscaler could read; {@code field} is named in the refusal. */
    public void check(String field) {
        var given = Stream.of(resource, pods, object, external)
                .filter(Objects::nonNull)
                .count();
        var named = type == null
                ? null
                : switch (type) {
                    case "Resource" -> resource;
                    case "Pods" -> pods;
                    case "Object" -> object;
                    case "External" -> external;
                    default -> null;
                };
        if (named == null || given != 1) {
            throw wrong(
                    field + ".type",
                    "give type Resource, Pods, Object or External, and the one field of that name (resource, pods, object,"
                            + " external)");
        }
        parts(field);
    }

    private void parts(String field) {
        if (resource != null) {
            if (!List.of("cpu", "memory").contains(String.valueOf(resource.name()))) {
                throw wrong(field + ".resource.name", "is \"" + resource.name() + "\": give cpu or memory");
            }
            target(field + ".resource.target", resource.target(), "Utilization", "AverageValue");
        }
        if (pods != null) {
            identifier(field + ".pods.metric", pods.metric());
            target(field + ".pods.target", pods.target(), "AverageValue");
        }
        if (object != null) {
            var about = object.describedObject();
            if (about == null || about.apiVersion() == null || about.kind() == null || about.name() == null) {
                throw wrong(field + ".object.describedObject", "give its apiVersion, kind and name");
            }
            described(field + ".object.describedObject", about);
            identifier(field + ".object.metric", object.metric());
            target(field + ".object.target", object.target(), "Value", "AverageValue");
        }
        if (external != null) {
            identifier(field + ".external.metric", external.metric());
            target(field + ".external.target", external.target(), "Value", "AverageValue");
        }
    }

    private static void identifier(String field, @Nullable Identifier metric) {
        if (metric == null || metric.name() == null || metric.name().isEmpty()) {
            throw wrong(field + ".name", "give the name of the metric, such as inference_requests_per_second");
        }
        segment(field + ".name", metric.name());
    }

    private static void described(String field, ObjectReference about) {
        if (!GROUP_VERSION.matcher(about.apiVersion()).matches()) {
            throw wrong(
                    field + ".apiVersion",
                    "is \"" + Text.shortened(about.apiVersion(), 60)
                            + "\": give a version such as v1, or group and version such as apps/v1");
        }
        segment(field + ".kind", about.kind());
        segment(field + ".name", about.name());
    }

    private static void segment(String field, String name) {
        if (!SEGMENT.matcher(name).matches()) {
            throw wrong(
                    field,
                    "is \"" + Text.shortened(name, 60)
                            + "\": give 1 to 253 characters without \"/\", \"%\" and blanks, other than \".\" and \"..\"");
        }
    }

    private static void target(String field, @Nullable Target target, String... possible) {
        if (target == null || target.type() == null || !List.of(possible).contains(target.type())) {
            throw wrong(field + ".type", "give " + String.join(" or ", possible));
        }
        var percent = target.averageUtilization();
        var right = switch (target.type()) {
            case "Utilization" -> percent != null && percent >= 1 && percent <= 1000;
            case "AverageValue" -> isAmount(target.averageValue());
            default -> isAmount(target.value());
        };
        var given = Stream.of(percent, target.averageValue(), target.value())
                .filter(Objects::nonNull)
                .count();
        if (!right || given != 1) {
            var name = "Utilization".equals(target.type())
                    ? "averageUtilization"
                    : "Value".equals(target.type()) ? "value" : "averageValue";
            throw wrong(
                    field + "." + name,
                    name.equals("averageUtilization")
                            ? "give a whole number of percent from 1 to 1000, and no other amount"
                            : "give a quantity above 0 such as \"50\", \"500m\" or \"200Mi\", and no other amount");
        }
    }

    private static boolean isAmount(@Nullable String text) {
        var parts = QUANTITY.matcher(text == null ? "" : text);
        return parts.matches() && parts.group(1).chars().anyMatch(digit -> digit >= '1' && digit <= '9');
    }

    private static Refusal wrong(String field, String message) {
        return new Refusal.Invalid("invalid-autoscaling", field, message);
    }
}
