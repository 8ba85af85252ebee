package dev.tidewright.serving;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Compares revisions field by field, and gives each a digest. */
@Component
public class SpecDiff {

    private final JsonMapper json;

    SpecDiff(JsonMapper json) {
        this.json = json;
    }

    /**
     * One field that differs.
     *
     * @param path dotted, e.g. {@code parameters.alpha}
     * @param before null: the field was not there
     */
    public record Change(
            String path, @Nullable String before, @Nullable String after) {
        /** Texts lose their quotation marks, unless only these tell the two values apart. */
        static Change of(String path, @Nullable String before, @Nullable String after) {
            var sameWords = Objects.equals(bare(before), bare(after));
            return sameWords ? new Change(path, before, after) : new Change(path, bare(before), bare(after));
        }

        private static @Nullable String bare(@Nullable String text) {
            return text != null && text.length() > 1 && text.startsWith("\"") && text.endsWith("\"")
                    ? text.substring(1, text.length() - 1)
                    : text;
        }
    }

    List<Change> between(RevisionSpec before, RevisionSpec after) {
        var left = flat(before);
        var right = flat(after);
        var paths = new TreeSet<>(left.keySet());
        paths.addAll(right.keySet());
        return paths.stream()
                .filter(path -> !Objects.equals(left.get(path), right.get(path)))
                .map(path -> Change.of(path, left.get(path), right.get(path)))
                .toList();
    }

    /**
     * Whether replicas of the one can go on as replicas of the other: the two differ at most in how many there are, in
     * how they are exchanged, and in the alias by which the same version was asked for.
     */
    boolean keepsReplicas(RevisionSpec before, RevisionSpec after) {
        return between(before, after).stream()
                .map(Change::path)
                .allMatch(path -> path.equals("replicas")
                        || path.startsWith("autoscaling")
                        || path.equals("serves.model.alias")
                        || path.equals("serves.model.follow")
                        || (path.startsWith("rollout.") && !path.equals("rollout.drainDeadline")));
    }

    /** For the history: {@code parameters.alpha} → {@code 0.1 → 0.5}. */
    Map<String, String> words(RevisionSpec before, RevisionSpec after) {
        return between(before, after).stream()
                .collect(Collectors.toMap(
                        Change::path,
                        change -> Objects.requireNonNullElse(change.before(), "(none)") + " → "
                                + Objects.requireNonNullElse(change.after(), "(none)")));
    }

    /** The same for specs that are equal, however often they went through the database. */
    String digest(RevisionSpec spec) {
        try {
            var text = canonical(json.valueToTree(spec)).toString();
            return "sha256:"
                    + HexFormat.of()
                            .formatHex(
                                    MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    private Map<String, String> flat(RevisionSpec spec) {
        return canonical(json.valueToTree(spec));
    }

    private static Map<String, String> canonical(JsonNode tree) {
        var fields = new TreeMap<String, String>();
        collect("", tree, fields);
        return fields;
    }

    private static void collect(String path, JsonNode node, Map<String, String> fields) {
        if (node.isObject()) {
            node.properties()
                    .forEach(field -> collect(
                            path.isEmpty() ? field.getKey() : path + "." + field.getKey(), field.getValue(), fields));
        } else if (!node.isNull() && !(node.isArray() && node.isEmpty())) {
            fields.put(path, node.toString());
        }
    }
}
