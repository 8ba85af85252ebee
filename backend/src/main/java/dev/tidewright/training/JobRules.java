package dev.tidewright.training;

import dev.tidewright.images.ImageReference;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Quantities;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Refusal.FieldError;
import dev.tidewright.kernel.Resources;
import dev.tidewright.kernel.Text;
import dev.tidewright.training.JobSpec.JobSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Turns what was asked into a spec with every default, or names all fields that are wrong at once. */
final class JobRules {

    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,249}");
    private static final Pattern LABEL_KEY = Pattern.compile("[A-Za-z0-9]([-A-Za-z0-9_./]{0,126}[A-Za-z0-9])?");
    private static final Pattern LABEL_VALUE = Pattern.compile("([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?");
    private static final long MIN_CPU_MILLIS = 10;
    private static final long MIN_MEMORY = 16L << 20;
    /** How long a job may run of which nothing else is said. */
    static final String DEADLINE = "1d";

    private static final int MAX_TEXT = 32 * 1024;

    private final List<FieldError> errors = new ArrayList<>();

    private JobRules() {}

    static JobSpec spec(SubmitJob asked, @Nullable JobSource source) {
        var rules = new JobRules();
        var command = rules.command(asked.command());
        var entryPoint = rules.entryPoint(asked.entryPoint(), source, command);
        if (source == null && command == null && asked.image() == null) {
            rules.wrong("source", "there is nothing to run: give a source, a command or an image");
        }
        if (source != null && source.kind().equals("file") && command == null && asked.image() == null) {
            rules.wrong(
                    "source",
                    "\"" + Text.shortened(source.fileName(), 80)
                            + "\" is no notebook, script or archive: give a command that uses it, or upload one of those");
        }
        var spec = new JobSpec(
                source,
                entryPoint,
                command,
                rules.image(asked.image()),
                rules.parameters(asked.parameters()),
                rules.environment(asked.environment()),
                rules.requirements(asked.requirements()),
                rules.resources(asked.resources()),
                rules.retries(asked.retries()),
                rules.deadline(asked.deadline()),
                rules.keep(asked.keep()),
                rules.text("description", asked.description() == null ? "" : asked.description(), 10_000),
                rules.experiment(asked.experiment()),
                asked.pod() == null || asked.pod().isEmpty() ? null : asked.pod());
        rules.name(asked.name());
        rules.labels(asked.labels());
        rules.refuse();
        return spec;
    }

    static Map<String, String> labelsOf(SubmitJob asked) {
        return asked.labels() == null ? Map.of() : new TreeMap<>(asked.labels());
    }

    private void refuse() {
        if (!errors.isEmpty()) {
            var first = errors.getFirst();
            throw new Refusal.Invalid(
                    "invalid-job",
                    first.field() + ": " + first.message()
                            + (errors.size() > 1 ? " (and " + (errors.size() - 1) + " more)" : ""),
                    errors);
        }
    }

    private @Nullable List<String> command(@Nullable List<String> words) {
        if (words == null || words.isEmpty()) {
            return null;
        }
        if (words.size() > 500) {
            wrong("command", Text.counted(words.size(), "word") + ": give at most 500");
        }
        for (var at = 0; at < words.size(); at++) {
            text("command[" + at + "]", words.get(at), MAX_TEXT);
        }
        if (words.getFirst() == null || words.getFirst().isBlank()) {
            wrong("command[0]", "the first word names the program: it must not be empty");
        }
        return errors.isEmpty() ? List.copyOf(words) : List.of("-");
    }

    private @Nullable String entryPoint(
            @Nullable String asked, @Nullable JobSource source, @Nullable List<String> command) {
        if (asked == null) {
            return source == null || command != null || !isProgram(source) ? null : source.fileName();
        }
        var path = text("entryPoint", asked, 500);
        if (path.isBlank()) {
            wrong("entryPoint", "this is blank: give a file of the source like \"train.py\", or leave it out");
            return null;
        }
        if (source == null) {
            wrong("entryPoint", "an entry point is a file of the source: give a source too, or a command instead");
        } else if (command != null) {
            wrong("entryPoint", "give either an entry point or a command, not both");
        } else if (!source.kind().equals("archive") && !path.equals(source.fileName())) {
            wrong(
                    "entryPoint",
                    "the source is the single file \"" + source.fileName() + "\": name that, or leave it away");
        } else if (path.startsWith("/") || List.of(path.split("/")).contains("..")) {
            wrong("entryPoint", "give a path inside the source, like \"src/train.py\"");
        }
        return path;
    }

    private static boolean isProgram(JobSource source) {
        return source.kind().equals("script") || source.kind().equals("notebook");
    }

    private @Nullable String image(@Nullable String image) {
        if (image != null && ImageReference.of(image).isEmpty()) {
            wrong("image", ImageReference.refusal(image));
        }
        return image;
    }

    private Map<String, Object> parameters(@Nullable Map<String, Object> asked) {
        var parameters = new TreeMap<String, Object>();
        if (asked == null) {
            return parameters;
        }
        if (asked.size() > 200) {
            wrong("parameters", asked.size() + " parameters: give at most 200");
        }
        asked.forEach((key, value) -> {
            var field = "parameters." + Text.shortened(key, 60);
            if (key.isBlank() || key.length() > 250 || key.chars().anyMatch(Character::isISOControl)) {
                wrong(field, "a parameter's name has 1 to 250 printable characters");
            } else if (value instanceof Double number && !Double.isFinite(number)) {
                wrong(field, "this number is too large for a double");
            } else if (value instanceof String string) {
                text(field, string, 6_000);
                parameters.put(key, string);
            } else if (value instanceof Number || value instanceof Boolean) {
                parameters.put(key, value);
            } else {
                wrong(field, "give a string, number or boolean; lists and objects can be given as a string of JSON");
            }
        });
        return parameters;
    }

    private Map<String, String> environment(@Nullable Map<String, String> asked) {
        var environment = new TreeMap<String, String>();
        if (asked == null) {
            return environment;
        }
        if (asked.size() > 200) {
            wrong("environment", asked.size() + " variables: give at most 200");
        }
        asked.forEach((name, value) -> {
            var field = "environment." + Text.shortened(name, 60);
            if (!VARIABLE.matcher(name).matches()) {
                wrong(field, "a variable's name has letters, digits and \"_\", and begins with no digit");
            } else if (name.startsWith("TIDEWRIGHT_")) {
                wrong(field, "names that begin with TIDEWRIGHT_ are set by the platform: choose another");
            } else {
                environment.put(name, text(field, value, MAX_TEXT));
            }
        });
        return environment;
    }

    /** Lines that begin with a dash are options of the installer, which could point it anywhere. */
    private @Nullable List<String> requirements(@Nullable List<String> asked) {
        if (asked == null) {
            return null;
        }
        if (asked.size() > 200) {
            wrong("requirements", asked.size() + " lines: give at most 200");
        }
        for (var at = 0; at < asked.size(); at++) {
            var line = asked.get(at);
            if (line == null
                    || line.isBlank()
                    || line.length() > 300
                    || line.strip().startsWith("-")
                    || line.chars().anyMatch(Character::isISOControl)) {
                wrong(
                        "requirements[" + at + "]",
                        "give one package a line, like \"scikit-learn==1.7.2\", without options");
            }
        }
        return errors.isEmpty() ? asked.stream().map(String::strip).toList() : List.of();
    }

    private Resources resources(SubmitJob.@Nullable Amount asked) {
        var cpu = asked == null || asked.cpu() == null ? "1" : asked.cpu();
        var memory = asked == null || asked.memory() == null ? "1Gi" : asked.memory();
        var gpu = asked == null || asked.gpu() == null ? Map.<String, Long>of() : asked.gpu();
        var cpuOnly = checked(() -> Resources.of(cpu, null, null), Resources.NONE);
        var memoryOnly = checked(() -> Resources.of(null, memory, null), Resources.NONE);
        var gpuOnly = checked(() -> Resources.of(null, null, gpu), Resources.NONE);
        var all = cpuOnly.plus(memoryOnly).plus(gpuOnly);
        if (errors.isEmpty() && all.cpuMillis() < MIN_CPU_MILLIS) {
            wrong("resources.cpu", "give at least " + MIN_CPU_MILLIS + "m");
        }
        if (errors.isEmpty() && all.memoryBytes() < MIN_MEMORY) {
            wrong("resources.memory", "give at least " + Quantities.memory(MIN_MEMORY));
        }
        return all;
    }

    private JobSpec.Retries retries(SubmitJob.@Nullable Retries asked) {
        if (asked == null) {
            return JobSpec.Retries.NONE;
        }
        var limit = asked.limit() == null ? 0 : asked.limit();
        if (limit < 0 || limit > 10) {
            wrong("retries.limit", limit + " further attempts: give 0 to 10");
        }
        var codes = asked.onExitCodes() == null ? List.<Integer>of() : asked.onExitCodes();
        if (codes.size() > 255 || codes.stream().anyMatch(code -> code == null || code < 1 || code > 255)) {
            wrong("retries.onExitCodes", "exit codes of failures are 1 to 255");
            return JobSpec.Retries.NONE;
        }
        return new JobSpec.Retries(limit, List.copyOf(codes));
    }

    private String deadline(@Nullable String asked) {
        var text = asked == null ? DEADLINE : asked.strip();
        return checked(() -> Durations.words(Durations.parse("deadline", text)), text);
    }

    private List<String> keep(@Nullable List<String> asked) {
        if (asked == null) {
            return List.of("**");
        }
        if (asked.size() > 100) {
            wrong("keep", asked.size() + " patterns: give at most 100");
        }
        for (var at = 0; at < asked.size(); at++) {
            var glob = asked.get(at);
            if (glob == null
                    || glob.isBlank()
                    || glob.length() > 300
                    || glob.startsWith("/")
                    || List.of(glob.split("/")).contains("..")) {
                wrong("keep[" + at + "]", "give a pattern relative to the output folder, like \"model/**\"");
            }
        }
        return errors.isEmpty() ? List.copyOf(asked) : List.of();
    }

    private void name(@Nullable String asked) {
        if (asked != null) {
            checked(() -> new Name(asked), null);
        }
    }

    private @Nullable String experiment(@Nullable String asked) {
        if (asked == null || asked.isBlank()) {
            return null;
        }
        var name = asked.strip();
        if (name.length() > 500 || name.chars().anyMatch(Character::isISOControl)) {
            wrong("experiment", "an experiment's name has 1 to 500 characters, none of them a control character");
        }
        return name;
    }

    private void labels(@Nullable Map<String, String> asked) {
        if (asked == null) {
            return;
        }
        if (asked.size() > 50) {
            wrong("labels", asked.size() + " labels: give at most 50");
        }
        asked.forEach((key, value) -> {
            if (!LABEL_KEY.matcher(key).matches()
                    || value == null
                    || !LABEL_VALUE.matcher(value).matches()) {
                wrong(
                        "labels." + Text.shortened(key, 60),
                        "labels are short words of letters, digits, \"-\", \"_\" and \".\"");
            }
        });
    }

    private String text(String field, @Nullable String value, int limit) {
        if (value == null || value.length() > limit || value.indexOf('\0') >= 0) {
            wrong(field, "give text of at most " + limit + " characters without NUL");
            return "";
        }
        return value;
    }

    private <T extends @Nullable Object> T checked(Supplier<T> step, T otherwise) {
        try {
            return step.get();
        } catch (Refusal.Invalid wrong) {
            errors.addAll(wrong.errors());
            return otherwise;
        }
    }

    private void wrong(String field, String message) {
        errors.add(new FieldError(field, message));
    }
}
