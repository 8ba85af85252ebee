package dev.tidewright.cluster.kubernetes;

import dev.tidewright.kernel.Text;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** What a HorizontalPodAutoscaler's conditions mean, and what to do about them. Pure. */
final class ScalingWords {

    /** The cluster's own words are told only where nothing here knows them. */
    private static final int DETAIL = 300;

    /** In its own words it says the same thing up to three times over. */
    private static final Pattern REPEATED = Pattern.compile("^(?:the HPA was unable to compute the replica count: "
            + "|the HPA controller was unable to [^:]*: "
            + "|invalid metrics \\([^)]*\\), first error is: "
            + "|failed to get [^:]*: )+");

    /** By what the message says: the nearest cause. */
    private static final List<Map.Entry<Pattern, String>> CAUSES = List.of(
            cause(
                    "no custom metrics API",
                    "nothing serves custom metrics in this cluster: install an adapter such as prometheus-adapter, or"
                            + " scale by targetRequestsPerSecond, which the gateway measures"),
            cause(
                    "no external metrics API",
                    "nothing serves external metrics in this cluster: install an adapter such as KEDA's, or scale by"
                            + " another metric"),
            cause(
                    "could not find the requested resource \\(get pods\\.metrics\\.k8s\\.io\\)",
                    "nothing measures cpu and memory in this cluster: install metrics-server"),
            cause(
                    "did not receive metrics for targeted pods|no metrics returned from resource metrics API"
                            + "|no metrics returned matched known pods",
                    "the replicas have not been measured yet: that takes about a minute after they are ready"),
            cause(
                    "missing (?:pod-level )?request for",
                    "a replica declares nothing that a share could be taken of: give cpu and memory to the endpoint"),
            cause(
                    "no pods returned by selector",
                    "there is no replica yet that could be measured: look why none starts"),
            cause(
                    "no metrics returned from custom metrics API",
                    "the adapter of custom metrics has no value of it: look whether the replicas report the metric"),
            cause(
                    "no metrics returned from external metrics API",
                    "the adapter of external metrics has no value of it: check the metric's name and labels, and what"
                            + " feeds it"));

    /** By the condition's reason, where the message says nothing that is known. */
    private static final Map<String, String> REASONS = Map.ofEntries(
            Map.entry(
                    "FailedGetResourceMetric",
                    "what its replicas use cannot be read: look whether metrics-server is ready"),
            Map.entry(
                    "FailedGetContainerResourceMetric",
                    "what a container of its replicas uses cannot be read: look whether metrics-server is ready"),
            Map.entry(
                    "FailedGetPodsMetric",
                    "the metric of its replicas cannot be read: look whether the adapter of custom metrics is ready and"
                            + " has a rule for it"),
            Map.entry(
                    "FailedGetObjectMetric",
                    "the metric of the object cannot be read: check the object's name, and whether the adapter of custom"
                            + " metrics is ready and has a rule for it"),
            Map.entry(
                    "FailedGetExternalMetric",
                    "the external metric cannot be read: check its name and labels, and whether its adapter is ready"),
            Map.entry("InvalidMetricSourceType", "the cluster does not know this kind of metric: scale by another one"),
            Map.entry("InvalidSelector", "it cannot tell which replicas to count: deploy the endpoint anew"),
            Map.entry(
                    "AmbiguousSelector",
                    "another autoscaler counts the same replicas: delete the one that is not this endpoint's"),
            Map.entry(
                    "FailedGetScale",
                    "it cannot read how many replicas there are: if this lasts, an admin of the cluster should look"),
            Map.entry(
                    "FailedUpdateScale",
                    "it cannot change the number of replicas: if this lasts, an admin of the cluster should look what"
                            + " refuses it"));

    /** Those that say all that there is to say. */
    private static final Map<String, String> PLAIN = Map.of(
            "ScalingDisabled", "it decides nothing while there is no replica: give the endpoint one",
            "BackoffBoth", "it changed the number a moment ago, and waits some minutes before the next change",
            "BackoffUpscale", "it changed the number a moment ago, and waits some minutes before more replicas come",
            "BackoffDownscale", "it changed the number a moment ago, and waits some minutes before replicas go");

    private ScalingWords() {}

    private static Map.Entry<Pattern, String> cause(String said, String sentence) {
        return Map.entry(Pattern.compile(said), sentence);
    }

    /** Why it cannot decide, and what to do next. */
    static String trouble(String reason, String message) {
        var plain = PLAIN.get(reason);
        if (plain != null) {
            return plain;
        }
        var cause = CAUSES.stream()
                .filter(known -> known.getKey().matcher(message).find())
                .map(Map.Entry::getValue)
                .findFirst();
        var known = REASONS.getOrDefault(
                reason, "for a reason that is not known here, " + reason + ": an admin of the cluster should look");
        return cause.orElseGet(() -> known + said(message));
    }

    private static String said(String message) {
        var telling = REPEATED.matcher(message).replaceFirst("");
        return telling.isBlank() ? "" : " (the cluster says: " + Text.shortened(telling, DETAIL) + ")";
    }

    /**
     * What holds the number back, to be added to why it is what it is; empty where nothing worth telling does.
     *
     * @param reason of {@code ScalingLimited}
     */
    static String limited(String reason, String message, int min, int max) {
        return switch (reason) {
            case "TooManyReplicas" ->
                "; more than the " + max + " allowed would be needed: a higher maximum would let them come";
            case "TooFewReplicas" -> "; fewer than the " + min + " at least would be enough";
            case "ScaleUpLimit" -> "; its behaviour lets replicas come only step by step";
            case "ScaleDownLimit" -> "; its behaviour lets replicas go only step by step";
            default -> "; something limits it, " + reason + said(message);
        };
    }

    /** @param reason of {@code AbleToScale}, while it is */
    static String held(String reason) {
        return switch (reason) {
            case "ScaleDownStabilized" -> "; it waits for calm before replicas go";
            case "ScaleUpStabilized" -> "; it waits before more come, as its behaviour says";
            default -> "";
        };
    }
}
