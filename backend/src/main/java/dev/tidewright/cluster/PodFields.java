package dev.tidewright.cluster;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Text;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What people may say of the pod that runs their program, and nothing else of it.
 *
 * @param nodeSelector labels that a node must have
 * @param imagePullSecrets names of secrets of the namespace in the cluster, made there by an admin; only the cluster
 *     reads them
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record PodFields(
        SortedMap<String, String> nodeSelector, List<Toleration> tolerations, List<String> imagePullSecrets) {

    public static final PodFields NONE = new PodFields(new TreeMap<>(), List.of(), List.of());

    /** What to do about a pod that no node could ever hold. */
    public static final String FITTING =
            "ask for no more cpu, memory and devices than one node has, and only for devices that nodes have";

    /** What to do about a selector of one's own that no node matches. */
    public static final String SELECTING =
            "correct pod.nodeSelector to labels that one node has (and pod.tolerations, where"
                    + " a taint reserves that node)";

    static final Pattern LABEL_KEY =
            Pattern.compile("([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?");
    static final Pattern LABEL_VALUE = Pattern.compile("([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?");
    private static final Pattern SECRET = Pattern.compile("[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?");
    private static final int MOST = 20;

    public PodFields {
        nodeSelector = Collections.unmodifiableSortedMap(new TreeMap<>(nodeSelector));
        tolerations = List.copyOf(tolerations);
        imagePullSecrets = List.copyOf(imagePullSecrets);
    }

    /** From the API's form, checked; what is missing is empty. */
    @JsonCreator
    public static PodFields of(
            @JsonProperty("nodeSelector") @Nullable Map<String, @Nullable String> nodeSelector,
            @JsonProperty("tolerations") @Nullable List<@Nullable Toleration> tolerations,
            @JsonProperty("imagePullSecrets") @Nullable List<@Nullable String> imagePullSecrets) {
        var labels = new TreeMap<String, String>();
        if (nodeSelector != null) {
            limit("nodeSelector", nodeSelector.size());
            nodeSelector.forEach((key, value) -> labels.put(key, label(key, value)));
        }
        var borne = whole("tolerations", tolerations);
        var secrets = whole("imagePullSecrets", imagePullSecrets);
        for (var index = 0; index < secrets.size(); index++) {
            secret(index, secrets.get(index));
        }
        return new PodFields(labels, borne, secrets);
    }

    /** From lines of text, as a form has them; blank lines are passed over. Null when nothing is said. */
    public static @Nullable PodFields lines(
            @Nullable String nodeSelector, @Nullable String tolerations, @Nullable String imagePullSecrets) {
        var labels = new TreeMap<String, @Nullable String>();
        split(nodeSelector).forEach(line -> {
            var pair = line.split("=", 2);
            labels.put(pair[0].strip(), pair.length > 1 ? pair[1].strip() : null);
        });
        var borne = new ArrayList<@Nullable Toleration>();
        split(tolerations).forEach(line -> borne.add(Toleration.parse(line)));
        var fields = of(labels, borne, new ArrayList<@Nullable String>(split(imagePullSecrets)));
        return fields.isEmpty() ? null : fields;
    }

    /** What {@link #lines} reads: of tolerations, one a line. */
    public String tolerationLines() {
        return String.join("\n", tolerations.stream().map(Toleration::line).toList());
    }

    public String secretLines() {
        return String.join("\n", imagePullSecrets);
    }

    @com.fasterxml.jackson.annotation.JsonIgnore
    public boolean isEmpty() {
        return equals(NONE);
    }

    private static List<String> split(@Nullable String text) {
        return text == null
                ? List.of()
                : text.lines()
                        .map(String::strip)
                        .filter(line -> !line.isEmpty())
                        .toList();
    }

    private static String label(String key, @Nullable String value) {
        if (!LABEL_KEY.matcher(key).matches()) {
            throw wrong(
                    key.isEmpty() ? "nodeSelector" : "nodeSelector." + Text.shortened(key, 60),
                    "\"" + Text.shortened(key, 60) + "\" is no key of a label of nodes like \"kubernetes.io/arch\"");
        }
        if (value == null || !LABEL_VALUE.matcher(value).matches()) {
            throw wrong(
                    "nodeSelector." + Text.shortened(key, 60),
                    value == null
                            ? "its value is missing: give one, like kubernetes.io/arch=arm64"
                            : "\"" + Text.shortened(value, 60) + "\" is no value of a label of nodes like \"arm64\"");
        }
        return value;
    }

    private static void secret(int index, String name) {
        if (!SECRET.matcher(name).matches()) {
            throw wrong(
                    "imagePullSecrets[" + index + "]",
                    "\"" + Text.shortened(name, 60)
                            + "\" is no name of a secret: give lower-case letters, digits, \"-\" and \".\"");
        }
    }

    private static <T> List<T> whole(String field, @Nullable List<@Nullable T> asked) {
        var all = new ArrayList<T>();
        for (var one : asked == null ? List.<@Nullable T>of() : asked) {
            if (one == null) {
                throw wrong(field + "[" + all.size() + "]", "this is null: leave it out");
            }
            all.add(one);
        }
        limit(field, all.size());
        return all;
    }

    private static void limit(String field, int size) {
        if (size > MOST) {
            throw wrong(field, "there are " + size + ": give at most " + MOST);
        }
    }

    private static Refusal wrong(String field, String message) {
        return new Refusal.Invalid("invalid-pod", "pod." + field, message);
    }
}
