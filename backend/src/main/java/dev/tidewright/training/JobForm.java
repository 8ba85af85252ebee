package dev.tidewright.training;

import dev.tidewright.cluster.PodFields;
import dev.tidewright.kernel.Quantities;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A job as the form sends it: the fields have the names of {@link SubmitJob}, lists are lines of text.
 *
 * @param upload id of a source that was taken in before; blank when the file comes with the form
 * @param from name of the job that is run again; blank for a new one
 * @param gpu {@code nvidia.com/gpu=1}
 * @param nodeSelector {@code label=value}, one a line
 * @param tolerations {@code taint=value:effect}, one a line
 * @param imagePullSecrets names, one a line
 */
record JobForm(
        @Nullable String name,
        @Nullable String upload,
        @Nullable String from,
        @Nullable String entryPoint,
        @Nullable String command,
        @Nullable String image,
        @Nullable String requirements,
        @Nullable String environment,
        @Nullable String keep,
        @Nullable String deadline,
        @Nullable String description,
        @Nullable String experiment,
        @Nullable String gpu,
        @Nullable String nodeSelector,
        @Nullable String tolerations,
        @Nullable String imagePullSecrets,
        @Nullable Amount resources,
        @Nullable Retries retries,
        @Nullable List<String> parameter,
        @Nullable List<String> value) {

    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|'([^']*)'|(\\S+)");
    private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]{0,17})(\\.[0-9]+)?([eE][-+]?[0-9]{1,3})?");

    record Amount(@Nullable String cpu, @Nullable String memory) {}

    record Retries(@Nullable Integer limit) {}

    boolean again() {
        return given(from) != null;
    }

    /** The command that the API would take; {@code source} is the id of an upload. */
    SubmitJob command(@Nullable String source) {
        return new SubmitJob(
                given(name),
                source == null ? null : new SubmitJob.Source(source),
                given(entryPoint),
                words(),
                given(image),
                parameters(),
                pairs(environment),
                lines(requirements),
                new SubmitJob.Amount(
                        resources == null ? null : given(resources.cpu()),
                        resources == null ? null : given(resources.memory()),
                        Quantities.devices(gpu)),
                retries == null || retries.limit() == null ? null : new SubmitJob.Retries(retries.limit(), null),
                given(deadline),
                lines(keep),
                null,
                given(description),
                given(experiment),
                PodFields.lines(nodeSelector, tolerations, imagePullSecrets));
    }

    /** The command line without a shell: words are divided by spaces, quotes keep a word together. */
    private @Nullable List<String> words() {
        var line = given(command);
        if (line == null) {
            return null;
        }
        var words = new ArrayList<String>();
        var match = WORD.matcher(line);
        while (match.find()) {
            var quoted = match.group(1) == null ? match.group(2) : match.group(1);
            words.add(quoted == null ? match.group(3) : quoted);
        }
        return words;
    }

    private Map<String, Object> parameters() {
        var parameters = new LinkedHashMap<String, Object>();
        if (parameter != null && value != null) {
            for (var at = 0; at < Math.min(parameter.size(), value.size()); at++) {
                if (given(parameter.get(at)) != null) {
                    parameters.put(parameter.get(at).strip(), scalar(value.get(at)));
                }
            }
        }
        return parameters;
    }

    /** What looks like a JSON number or truth value is one; all else is text. */
    private static Object scalar(@Nullable String text) {
        if (text == null) {
            return "";
        }
        var plain = text.strip();
        if (plain.equals("true") || plain.equals("false")) {
            return Boolean.valueOf(plain);
        }
        if (NUMBER.matcher(plain).matches()) {
            var number = new BigDecimal(plain);
            return plain.matches("-?[0-9]+") ? (Object) number.longValueExact() : number.doubleValue();
        }
        return text;
    }

    private static @Nullable Map<String, String> pairs(@Nullable String text) {
        var lines = lines(text);
        if (lines == null) {
            return null;
        }
        var pairs = new TreeMap<String, String>();
        for (var line : lines) {
            var pair = line.split("=", 2);
            pairs.put(pair[0].strip(), pair.length > 1 ? pair[1] : "");
        }
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

    private static @Nullable String given(@Nullable String text) {
        return text == null || text.isBlank() ? null : text.strip();
    }
}
