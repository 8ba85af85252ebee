package dev.tidewright.mlflow;

import dev.tidewright.catalog.ModelName;
import dev.tidewright.catalog.Stage;
import dev.tidewright.kernel.Ids;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Text;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads single fields of a request, or refuses them by their name. */
final class Given {

    private static final Pattern VERSION = Pattern.compile("[0-9]{1,20}");

    private static final Pattern KEY = Pattern.compile("[\\p{L}\\p{N}_.\\- :/]+");

    private static final long LAST_MILLI = 253_402_300_799_999L;

    private Given() {}

    static <T> T required(String field, @Nullable T value) {
        if (value == null || value.equals("")) {
            throw new Refusal.Invalid("missing-value", field, "the field \"" + field + "\" is missing: give it");
        }
        return value;
    }

    /**
     * The name of something that is logged, as MLflow's stores take it: a path that means nothing but itself.
     *
     * @param field as refusals call it
     */
    static String key(String field, @Nullable String text) {
        var key = required(field, text);
        if (!KEY.matcher(key).matches()
                || key.startsWith("..")
                || Stream.of(key.split("/", -1))
                        .anyMatch(part -> part.isEmpty() || part.equals(".") || part.equals(".."))) {
            throw new Refusal.Invalid(
                    "invalid-key",
                    field,
                    "\"" + Text.shortened(key, 60) + "\" cannot be a " + field
                            + ": use letters, digits, _ - . : and blanks, with / between parts, none of them empty, . or ..");
        }
        return key;
    }

    /** What is longer is cut, as MLflow's stores do: a run does not end for a long parameter. */
    static String cut(String value, int longest) {
        return value.codePointCount(0, value.length()) <= longest
                ? value
                : value.substring(0, value.offsetByCodePoints(0, longest));
    }

    /** Clients send the run's id under two names. */
    static UUID run(@Nullable String runId, @Nullable String runUuid) {
        return id("run", "", required("run_id", runId == null || runId.isEmpty() ? runUuid : runId));
    }

    /** 32 hexadecimal digits after a prefix; anything else there is nothing of. */
    static UUID id(String kind, String prefix, String text) {
        return Ids.ofHex(text.startsWith(prefix) ? text.substring(prefix.length()) : "")
                .orElseThrow(() -> new Refusal.NotFound(kind, text));
    }

    static long experiment(@Nullable String text) {
        var id = required("experiment_id", text);
        try {
            return Long.parseLong(id);
        } catch (NumberFormatException none) {
            throw new Refusal.Invalid(
                    "invalid-value",
                    "experiment_id",
                    "\"" + Text.shortened(id, 60) + "\" is no id of an experiment: give a whole number like 3");
        }
    }

    static List<Long> experiments(@Nullable List<String> texts) {
        return all(texts).stream().map(Given::experiment).toList();
    }

    /** Clients leave out what is empty. */
    static <T> List<T> all(@Nullable List<T> given) {
        if (given == null) {
            return List.of();
        }
        if (given.stream().anyMatch(Objects::isNull)) {
            throw new Refusal.Invalid("missing-value", "body", "a list of the body contains null: leave it out");
        }
        return given;
    }

    static ModelName model(@Nullable String name) {
        return ModelName.of(required("name", name));
    }

    /** The number of a version; what is none is refused, and one that is too large there is nothing of. */
    static int version(@Nullable String text) {
        var digits = required("version", text);
        if (!VERSION.matcher(digits).matches()) {
            throw new Refusal.Invalid(
                    "invalid-value",
                    "version",
                    "\"" + Text.shortened(digits, 60) + "\" is no version: give a whole number like 3");
        }
        try {
            return Integer.parseInt(digits);
        } catch (NumberFormatException tooLarge) {
            throw new Refusal.NotFound("model version", Text.shortened(digits, 60));
        }
    }

    static Stage stage(String text) {
        return Stage.labelled(text)
                .orElseThrow(() -> new Refusal.Invalid(
                        "invalid-value",
                        "stage",
                        "\"" + Text.shortened(text, 60) + "\" is no stage: use None, Staging, Production or Archived"));
    }

    /** From 1970 to the year 9999. */
    static @Nullable Instant instant(String field, @Nullable Long millis) {
        if (millis != null && (millis < 0 || millis > LAST_MILLI)) {
            throw new Refusal.Invalid(
                    "invalid-value", field, field + " is " + millis + ": give milliseconds since 1970");
        }
        return millis == null ? null : Instant.ofEpochMilli(millis);
    }

    static <T extends Enum<T>> T choice(String field, Class<T> type, String text) {
        for (var constant : type.getEnumConstants()) {
            if (constant.name().equals(text)) {
                return constant;
            }
        }
        throw new Refusal.Invalid(
                "invalid-value",
                field,
                "\"" + Text.shortened(text, 60) + "\" is no " + field + ": use one of "
                        + String.join(
                                ", ",
                                List.of(type.getEnumConstants()).stream()
                                        .map(Enum::name)
                                        .toList()));
    }

    /** How many rows are asked for. */
    static int limit(@Nullable Integer asked, int usual, int most) {
        var limit = asked == null || asked == 0 ? usual : asked;
        if (limit < 1 || limit > most) {
            throw new Refusal.Invalid(
                    "invalid-limit", "max_results", "max_results is " + limit + ": give 1 to " + most);
        }
        return limit;
    }

    static void atMost(int most, int count, String what) {
        if (count > most) {
            throw new Refusal.Invalid(
                    "batch-too-large", what, Text.counted(count, what) + " in one call: send at most " + most);
        }
    }
}
