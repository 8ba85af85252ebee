package dev.tidewright.serving;

import dev.tidewright.catalog.ModelName;
import dev.tidewright.cluster.PodFields;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Quantities;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Refusal.FieldError;
import dev.tidewright.kernel.Resources;
import dev.tidewright.kernel.Scalar;
import dev.tidewright.kernel.Timespan;
import dev.tidewright.rollout.RolloutStrategy;
import dev.tidewright.rollout.Share;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What to serve, as the form sends it; everything but the name and one of model and upload may be blank.
 *
 * @param model {@code diabetes/3} or {@code diabetes@champion}
 * @param gpu {@code nvidia.com/gpu=1}
 * @param nodeSelector {@code label=value}, one a line
 * @param tolerations {@code taint=value:effect}, one a line
 * @param imagePullSecrets names, one a line
 * @param scaleBy {@code fixed}, or as in {@link PolicyFields}
 * @param version the ETag of the endpoint that is changed; null for a new one
 */
record EndpointForm(
        @Nullable String name,
        @Nullable String model,
        @Nullable Boolean follow,
        @Nullable String upload,
        @Nullable String entryPoint,
        @Nullable String command,
        @Nullable String requirements,
        @Nullable String environment,
        @Nullable Integer replicas,
        @Nullable String scaleBy,
        @Nullable Scale autoscaling,
        @Nullable Amount resources,
        @Nullable Rolling rollout,
        @Nullable String readiness,
        @Nullable String gpu,
        @Nullable String nodeSelector,
        @Nullable String tolerations,
        @Nullable String imagePullSecrets,
        @Nullable String access,
        @Nullable String description,
        @Nullable String reason,
        @Nullable Long version,
        @Nullable List<String> parameter,
        @Nullable List<String> value) {

    private static final Pattern MODEL = Pattern.compile("([^/]+)(?:/([0-9]{1,9})|@([^/@]+))");

    private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]{0,17})(\\.[0-9]{1,17})?");

    record Amount(@Nullable String cpu, @Nullable String memory) {}

    record Scale(
            @Nullable Integer min,
            @Nullable Integer max,
            @Nullable Double target,
            @Nullable String metrics,
            @Nullable String delay) {}

    record Rolling(
            @Nullable String maxSurge,
            @Nullable String maxUnavailable,
            @Nullable String progressDeadline) {}

    /** Names all fields at once that cannot be read. */
    DeployEndpoint command(@Nullable String source) {
        var faults = new ArrayList<FieldError>();
        var command = new DeployEndpoint(
                read(this::named, faults),
                read(() -> serves(source), faults),
                parameters(),
                variables(),
                lines(requirements),
                resources == null ? null : amount(resources, gpu, faults),
                fixed() ? replicas : null,
                fixed() ? null : read(this::policy, faults),
                read(this::probe, faults),
                read(this::strategy, faults),
                read(() -> PodFields.lines(nodeSelector, tolerations, imagePullSecrets), faults),
                read(this::allowed, faults),
                given(description),
                null,
                given(reason));
        if (!faults.isEmpty()) {
            var first = faults.getFirst();
            throw new Refusal.Invalid("invalid-endpoint", first.field() + ": " + first.message(), faults);
        }
        return command;
    }

    private static @Nullable Resources amount(Amount asked, @Nullable String gpu, List<FieldError> faults) {
        var cpu = read(() -> Resources.of(or(asked.cpu(), "500m"), null, null), faults);
        var memory = read(() -> Resources.of(null, or(asked.memory(), "512Mi"), null), faults);
        var devices = read(() -> Resources.of(null, null, Quantities.devices(gpu)), faults);
        return cpu == null || memory == null || devices == null
                ? null
                : cpu.plus(memory).plus(devices);
    }

    private static <T> @Nullable T read(Supplier<@Nullable T> step, List<FieldError> faults) {
        try {
            return step.get();
        } catch (Refusal.Invalid wrong) {
            faults.addAll(wrong.errors());
            return null;
        }
    }

    private DeployEndpoint.Serves serves(@Nullable String source) {
        var line = given(command);
        var words = line == null ? null : List.of(line.split("\\s+"));
        if (source != null) {
            return new DeployEndpoint.Serves(
                    null, null, null, null, new DeployEndpoint.Source(id(source)), null, words, given(entryPoint));
        }
        var match = MODEL.matcher(or(model, ""));
        if (!match.matches()) {
            throw new Refusal.Invalid("nothing-to-serve", "model", "choose a model version, or upload a service");
        }
        return new DeployEndpoint.Serves(
                ModelName.of("model", match.group(1)),
                match.group(2) == null ? null : Integer.valueOf(match.group(2)),
                match.group(3),
                Boolean.TRUE.equals(follow) ? true : null,
                null,
                null,
                words,
                given(entryPoint));
    }

    private AutoscalingPolicy policy() {
        var asked = autoscaling == null ? new Scale(null, null, null, null, null) : autoscaling;
        return new PolicyFields(
                        or(scaleBy, "fixed"), asked.min(), asked.max(), asked.target(), asked.metrics(), asked.delay())
                .policy(null);
    }

    private @Nullable RolloutStrategy strategy() {
        return rollout == null
                ? null
                : RolloutStrategy.of(
                        at("rollout.maxSurge", () -> share(rollout.maxSurge())),
                        at("rollout.maxUnavailable", () -> share(rollout.maxUnavailable())),
                        at("rollout.progressDeadline", () -> timespan(rollout.progressDeadline())),
                        null);
    }

    private @Nullable Name named() {
        var asked = given(name);
        return asked == null ? null : Name.of(asked);
    }

    private @Nullable Probe probe() {
        var asked = given(readiness);
        return asked == null ? null : Probe.path(asked);
    }

    private @Nullable EndpointAccess allowed() {
        var asked = given(access);
        return asked == null ? null : EndpointAccess.of(asked);
    }

    private static @Nullable Timespan timespan(@Nullable String text) {
        var asked = given(text);
        return asked == null ? null : Timespan.of(asked);
    }

    private static @Nullable Share share(@Nullable String text) {
        var asked = given(text);
        if (asked == null) {
            return null;
        }
        return asked.matches("[0-9]{1,4}") ? Share.of(Integer.valueOf(asked)) : Share.of(asked);
    }

    private boolean fixed() {
        return scaleBy == null || scaleBy.isBlank() || scaleBy.equals("fixed");
    }

    private @Nullable Map<String, Scalar> parameters() {
        if (parameter == null || value == null) {
            return null;
        }
        var parameters = new LinkedHashMap<String, Scalar>();
        for (var at = 0; at < Math.min(parameter.size(), value.size()); at++) {
            if (given(parameter.get(at)) != null) {
                parameters.put(parameter.get(at).strip(), scalar(value.get(at)));
            }
        }
        return parameters;
    }

    /** What looks like a number or truth value is one; all else is text. */
    private static Scalar scalar(@Nullable String text) {
        var plain = text == null ? "" : text.strip();
        if (plain.equals("true") || plain.equals("false")) {
            return new Scalar(Boolean.valueOf(plain));
        }
        return new Scalar(NUMBER.matcher(plain).matches() ? new BigDecimal(plain) : plain);
    }

    private @Nullable Map<String, String> variables() {
        var lines = lines(environment);
        if (lines == null) {
            return null;
        }
        var pairs = new LinkedHashMap<String, String>();
        lines.forEach(line -> {
            var pair = line.split("=", 2);
            pairs.put(pair[0].strip(), pair.length > 1 ? pair[1] : "");
        });
        return pairs;
    }

    private static @Nullable List<String> lines(@Nullable String text) {
        var given = given(text);
        return given == null
                ? null
                : given.lines()
                        .map(String::strip)
                        .filter(line -> !line.isEmpty())
                        .toList();
    }

    /** A value of the kernel does not know what the form calls it. */
    private static <T extends @Nullable Object> T at(String field, Supplier<T> value) {
        try {
            return value.get();
        } catch (Refusal.Invalid wrong) {
            throw new Refusal.Invalid(wrong.code(), field, wrong.sentence());
        }
    }

    private static UUID id(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException malformed) {
            throw new Refusal.Invalid(
                    "unknown-upload", "file", "the upload is not there any more: choose the file again");
        }
    }

    private static String or(@Nullable String text, String otherwise) {
        var asked = given(text);
        return asked == null ? otherwise : asked;
    }

    private static @Nullable String given(@Nullable String text) {
        return text == null || text.isBlank() ? null : text.strip();
    }
}
