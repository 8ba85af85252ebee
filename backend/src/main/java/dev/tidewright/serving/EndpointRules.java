package dev.tidewright.serving;

import dev.tidewright.catalog.Alias;
import dev.tidewright.images.ImageReference;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Refusal.FieldError;
import dev.tidewright.kernel.Resources;
import dev.tidewright.kernel.Text;
import dev.tidewright.rollout.RolloutStrategy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What an endpoint may be asked to be. Pure: everything that can be said without looking anything up. */
final class EndpointRules {

    static final int MAX_REPLICAS = 100;

    private static final Resources DEFAULT = Resources.of("500m", "512Mi", Map.of());
    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,127}");
    private static final Pattern PARAMETER = Pattern.compile("[A-Za-z_][A-Za-z0-9_-]{0,63}");
    private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9._/-]{0,61}[A-Za-z0-9])?");

    private EndpointRules() {}

    /** Refuses with every fault that is found, not only the first. */
    static void check(DeployEndpoint command) {
        var faults = new ArrayList<FieldError>();
        serves(command.serves(), faults);
        names(command, faults);
        requirements(command.requirements(), faults);
        replicas(command, faults);
        limit("description", command.description(), 10_000, faults);
        limit("reason", command.reason(), 500, faults);
        if (!faults.isEmpty()) {
            var first = faults.getFirst();
            throw new Refusal.Invalid("invalid-endpoint", first.field() + ": " + first.message(), faults);
        }
    }

    static RevisionSpec spec(DeployEndpoint command, Served served) {
        return new RevisionSpec(
                served,
                new TreeMap<>(orEmpty(command.parameters())),
                new TreeMap<>(orEmpty(command.environment())),
                command.requirements() == null ? List.of() : command.requirements(),
                resources(command.resources()),
                command.autoscaling() != null ? null : Objects.requireNonNullElse(command.replicas(), 1),
                command.autoscaling(),
                probe(command, served),
                command.rollout() == null ? RolloutStrategy.DEFAULT : command.rollout(),
                command.pod() == null || command.pod().isEmpty() ? null : command.pod());
    }

    static <T> Map<String, T> orEmpty(@Nullable Map<String, T> map) {
        return map == null ? Map.of() : map;
    }

    private static Probe probe(DeployEndpoint command, Served served) {
        if (command.readiness() == null) {
            return Probe.path(served.model() == null ? "" : "/ping");
        }
        var asked = command.readiness();
        return served.model() != null && asked.path().isEmpty()
                ? new Probe("/ping", asked.period(), asked.timeout(), asked.failures())
                : asked;
    }

    private static Resources resources(@Nullable Resources asked) {
        if (asked == null) {
            return DEFAULT;
        }
        return new Resources(
                asked.cpuMillis() == 0 ? DEFAULT.cpuMillis() : asked.cpuMillis(),
                asked.memoryBytes() == 0 ? DEFAULT.memoryBytes() : asked.memoryBytes(),
                asked.gpu());
    }

    private static void serves(DeployEndpoint.@Nullable Serves serves, List<FieldError> faults) {
        if (serves == null) {
            faults.add(new FieldError("serves", "say what to serve: a model, a source or an image"));
            return;
        }
        var given = Stream.of(serves.model(), serves.source(), serves.image())
                .filter(Objects::nonNull)
                .count();
        if (given != 1) {
            faults.add(new FieldError("serves", "give exactly one of model, source and image"));
        }
        if (serves.model() != null) {
            model(serves, faults);
        }
        if (serves.image() != null && ImageReference.of(serves.image()).isEmpty()) {
            faults.add(new FieldError("serves.image", ImageReference.refusal(serves.image())));
        }
        var command = serves.command();
        if (command != null
                && (command.size() > 100 || command.stream().anyMatch(part -> part == null || part.length() > 4096))) {
            faults.add(new FieldError("serves.command", "give at most 100 arguments of at most 4096 characters"));
        }
        limit("serves.entryPoint", serves.entryPoint(), 300, faults);
        if (serves.entryPoint() != null && serves.entryPoint().isBlank()) {
            faults.add(
                    new FieldError("serves.entryPoint", "give a file of the source like \"app.py\", or leave it out"));
        }
        if (serves.source() != null && serves.source().upload() == null) {
            faults.add(new FieldError("serves.source.upload", "say which upload"));
        }
        if (serves.model() == null && (serves.version() != null || serves.alias() != null || serves.follow() != null)) {
            faults.add(new FieldError("serves.model", "a version or an alias is one of a model: say of which"));
        }
    }

    private static void model(DeployEndpoint.Serves serves, List<FieldError> faults) {
        if (serves.alias() != null && !serves.alias().equals(Alias.LATEST)) {
            try {
                new Alias(serves.alias());
            } catch (Refusal.Invalid malformed) {
                faults.add(new FieldError("serves.alias", malformed.sentence()));
            }
        }
        if (Boolean.TRUE.equals(serves.follow())
                && (serves.alias() == null || serves.alias().equalsIgnoreCase(Alias.LATEST))) {
            faults.add(new FieldError(
                    "serves.follow", "only an alias that somebody moves can be followed, like \"champion\": give one"));
        }
        if (serves.version() != null && serves.alias() != null) {
            faults.add(new FieldError("serves.version", "give the version or the alias, not both"));
        }
        if (serves.version() != null && serves.version() < 1) {
            faults.add(new FieldError("serves.version", "versions are numbered from 1"));
        }
        if ((serves.command() != null && !serves.command().isEmpty()) || serves.entryPoint() != null) {
            faults.add(new FieldError(
                    "serves.command", "a model is run by the serving runtime: give no command or entry point"));
        }
    }

    private static void names(DeployEndpoint command, List<FieldError> faults) {
        var environment = orEmpty(command.environment());
        var parameters = orEmpty(command.parameters());
        count("environment", environment.size(), faults);
        count("parameters", parameters.size(), faults);
        count("labels", orEmpty(command.labels()).size(), faults);
        environment.forEach((name, value) -> {
            if (!VARIABLE.matcher(name).matches() || name.startsWith("TIDEWRIGHT_") || name.equals("PORT")) {
                faults.add(new FieldError(
                        "environment." + Text.shortened(name, 60),
                        "use letters, digits and \"_\"; PORT and TIDEWRIGHT_… are set by the platform"));
            }
            limit("environment." + name, value, 32_768, faults);
            if (value == null) {
                faults.add(
                        new FieldError("environment." + name, "a variable cannot be null: leave it out, or give \"\""));
            }
        });
        parameters.forEach((name, value) -> {
            if (!PARAMETER.matcher(name).matches()) {
                faults.add(new FieldError(
                        "parameters." + Text.shortened(name, 60), "use up to 64 letters, digits, \"_\" and \"-\""));
            }
            if (value != null) {
                limit("parameters." + name, value.toString(), 4_096, faults);
            } else {
                faults.add(new FieldError("parameters." + name, "a parameter cannot be null: leave it out"));
            }
        });
        orEmpty(command.labels()).forEach((name, value) -> {
            if (!LABEL.matcher(name).matches() || value == null || value.length() > 200) {
                faults.add(new FieldError(
                        "labels." + Text.shortened(name, 60),
                        "use up to 63 letters, digits and \". _ / -\", values up to 200"));
            }
        });
    }

    private static void requirements(@Nullable List<String> requirements, List<FieldError> faults) {
        if (requirements != null
                && (requirements.size() > 200 || requirements.stream().anyMatch(EndpointRules::isNoRequirement))) {
            faults.add(new FieldError(
                    "requirements",
                    "give at most 200 packages, one a line, like \"scikit-learn==1.7.2\", none blank or longer than 500"
                            + " characters, without options"));
        }
    }

    /** Also looks for null, which JSON lists may have. A line that begins with a dash is an option of the installer. */
    private static boolean isNoRequirement(@Nullable String line) {
        return line == null
                || line.isBlank()
                || line.length() > 500
                || line.strip().startsWith("-")
                || line.chars().anyMatch(Character::isISOControl);
    }

    private static void replicas(DeployEndpoint command, List<FieldError> faults) {
        var replicas = command.replicas();
        if (replicas != null && command.autoscaling() != null) {
            faults.add(new FieldError("replicas", "give replicas or autoscaling, not both"));
        }
        if (replicas != null && (replicas < 0 || replicas > MAX_REPLICAS)) {
            faults.add(new FieldError("replicas", replicas + " is not possible: give 0 to " + MAX_REPLICAS));
        }
    }

    private static void count(String field, int size, List<FieldError> faults) {
        if (size > 100) {
            faults.add(new FieldError(field, "there are " + size + ": give at most 100"));
        }
    }

    private static void limit(String field, @Nullable String text, int most, List<FieldError> faults) {
        if (text != null && text.length() > most) {
            faults.add(new FieldError(field, "this has " + text.length() + " characters: give at most " + most));
        }
    }

    /** For a source whose command has to be told; the kind is known once the upload was found. */
    static void checkSource(DeployEndpoint.Serves serves, Served.Source source) {
        if (source.kind().equals("notebook")) {
            throw new Refusal.Invalid(
                    "invalid-endpoint",
                    "serves.source",
                    "\"" + source.fileName()
                            + "\" is a notebook, which cannot listen for requests: train with it and serve"
                            + " the model, or upload a script or archive");
        }
        var hasCommand = serves.command() != null && !serves.command().isEmpty();
        if (source.kind().equals("file") && !hasCommand) {
            throw new Refusal.Invalid(
                    "invalid-endpoint",
                    "serves.source",
                    "\"" + source.fileName()
                            + "\" is no script or archive: give a command that runs it, like \"./server\", or upload a"
                            + " script (.py, .sh) or an archive");
        }
        if (source.kind().equals("archive") && !hasCommand && serves.entryPoint() == null) {
            throw new Refusal.Invalid(
                    "invalid-endpoint",
                    "serves.command",
                    "an archive needs a command like \"python app.py\", or an entry point");
        }
    }

    static Map<String, String> labels(DeployEndpoint command) {
        return orEmpty(command.labels());
    }

    static String text(@Nullable String text) {
        return text == null ? "" : text.strip();
    }
}
