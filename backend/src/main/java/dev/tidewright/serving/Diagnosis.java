package dev.tidewright.serving;

import dev.tidewright.cluster.NamespaceGoing;
import dev.tidewright.cluster.PodFields;
import dev.tidewright.kernel.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Says what is wrong with an endpoint and what to do about it. Pure. */
public final class Diagnosis {

    private static final String LOOK = "read the replica's log; deploy a change, or roll back";
    private static final String ANSWER =
            "the process runs but does not answer: check the path that tells readiness, and that it listens on $PORT";
    private static final String SMALLER = "ask for fewer replicas or smaller resources, or stop something else";
    private static final String ADMIN =
            "tell an admin of the cluster: nothing about the endpoint itself is wrong, and once it is mended it goes on by"
                    + " itself";
    private static final String WAITS = "WAITING_FOR_QUOTA";

    private static final Map<String, String> REMEDIES = Map.ofEntries(
            Map.entry("CRASH_LOOP", LOOK),
            Map.entry("CRASHED", LOOK),
            Map.entry("EXIT_CODE", LOOK),
            Map.entry("OUT_OF_MEMORY", "give the endpoint more memory"),
            Map.entry("NO_CAPACITY", SMALLER),
            Map.entry("QUOTA", SMALLER),
            Map.entry("UNSCHEDULABLE", PodFields.FITTING),
            Map.entry("NODE_MISMATCH", ADMIN),
            Map.entry("CONTAINER_CONFIG", ADMIN),
            Map.entry("POD_REFUSED", ADMIN),
            Map.entry("NOT_LISTED", ADMIN + " (its controller manager makes EndpointSlices)"),
            Map.entry(
                    "REPAIR_REFUSED", "mend what the sentence says: it goes on serving, and is tried again by itself"),
            Map.entry("NOT_READY", LOOK),
            Map.entry("PROGRESS_DEADLINE_EXCEEDED", LOOK),
            Map.entry("LOST", "nothing: it is replaced when the cluster gives its node up"),
            Map.entry("IMAGE_PULL", "check the image's name and tag, and that its registry gives it to the cluster"),
            Map.entry("IMAGE_UNSUPPORTED", "this cluster runs no images: serve a model or a source"),
            Map.entry("COMMAND_NOT_FOUND", "correct the command, or add the program to the requirements"),
            Map.entry("UNREADY", ANSWER),
            Map.entry("READINESS_FAILED", ANSWER),
            Map.entry("STARTING", "read the replica's log for what it does"));

    /** Reasons that are told as findings of their own. */
    private static final Set<String> TOLD_BY_ROLLOUT = Set.of(WAITS, "ROLLED_BACK", "ABORTED");

    private Diagnosis() {}

    /** How pressing a finding is. */
    public enum Severity {
        ERROR,
        WARNING,
        INFO
    }

    /**
     * One thing to know.
     *
     * @param remedy what to do; empty when there is nothing to do
     */
    public record Finding(Severity severity, String code, String sentence, String remedy) {}

    /**
     * The most pressing first; never empty.
     *
     * @param spec of the revision that is wanted
     * @param aliasNow where the alias points now that the model was asked for by
     */
    static List<Finding> of(Endpoint endpoint, EndpointStatus status, RevisionSpec spec, Optional<Integer> aliasNow) {
        var findings = new ArrayList<Finding>();
        cluster(endpoint, findings);
        phase(endpoint, findings);
        replicas(status, spec.pod(), findings);
        unexplained(new Condition(endpoint.phase(), endpoint.reason(), endpoint.message()), spec.pod(), findings);
        traffic(status, findings);
        var served = spec.serves().model();
        if (served != null
                && served.follows()
                && !endpoint.rollout().aliasRefused().isEmpty()) {
            findings.add(new Finding(
                    Severity.WARNING,
                    "ALIAS_NOT_FOLLOWED",
                    served.name() + "@" + served.alias() + " was moved and is not followed: "
                            + endpoint.rollout().aliasRefused(),
                    "mend that, or move the alias to another version; version " + served.version()
                            + " is served meanwhile, and it is tried again by itself"));
        } else if (served != null) {
            aliasNow.ifPresent(now -> alias(served, now, findings));
        }
        if (findings.isEmpty()) {
            findings.add(new Finding(Severity.INFO, "ALL_WELL", endpoint.message(), ""));
        }
        findings.sort(java.util.Comparator.comparing(Finding::severity));
        return List.copyOf(findings);
    }

    private static void cluster(Endpoint endpoint, List<Finding> findings) {
        var unknown = endpoint.unknown();
        if (unknown != null && unknown.reason() != null && NamespaceGoing.says(unknown.reason())) {
            findings.add(new Finding(
                    Severity.WARNING,
                    "NAMESPACE_GOING",
                    unknown.reason(),
                    "nothing: its replicas are made again then; if it stays like this, an admin of the cluster can look what holds"
                            + " the namespace (kubectl get namespace -o yaml)"));
        } else if (unknown != null) {
            findings.add(new Finding(
                    Severity.WARNING,
                    "CLUSTER_UNREACHABLE",
                    (unknown.reason() == null ? "the cluster does not answer" : unknown.reason())
                            + ", so nothing is known about the endpoint since then",
                    "nothing: it goes on serving; tell an admin of the platform if it stays like this"));
        }
        var scaling = endpoint.clusterScaling();
        if (scaling != null && !scaling.working()) {
            findings.add(new Finding(
                    Severity.WARNING,
                    "AUTOSCALER_BLIND",
                    "the cluster's autoscaler cannot decide how many replicas there should be: " + scaling.sentence(),
                    "change the policy, or give replicas a fixed number"));
        }
    }

    private static void phase(Endpoint endpoint, List<Finding> findings) {
        var rollout = endpoint.rollout();
        switch (endpoint.phase()) {
            case FAILED ->
                findings.add(new Finding(
                        Severity.ERROR,
                        endpoint.reason(),
                        endpoint.message(),
                        "deploy a change, or stop the endpoint"));
            case STOPPED ->
                findings.add(new Finding(
                        Severity.INFO,
                        endpoint.reason(),
                        endpoint.message(),
                        "start it, or deploy with more replicas"));
            case STARTING, SERVING, ROLLING_OUT, DEGRADED, DELETING, DELETED -> {}
        }
        if (!endpoint.waitingFor().isEmpty()) {
            findings.add(new Finding(
                    Severity.WARNING,
                    WAITS,
                    endpoint.waitingFor(),
                    "stop something else in the namespace, lower maxSurge, or ask for a higher limit"));
        }
        if (!rollout.returned().isEmpty()) {
            findings.add(new Finding(
                    rollout.returnedByItself() ? Severity.ERROR : Severity.INFO,
                    rollout.returnedByItself() ? "ROLLED_BACK" : "ABORTED",
                    rollout.returnedByItself()
                            ? "returned to revision " + rollout.target() + ": " + rollout.returned()
                            : rollout.returned(),
                    rollout.returnedByItself()
                            ? "compare the two revisions and deploy a corrected change; until another revision is made, the"
                                    + " endpoint counts as degraded, however well it serves"
                            : ""));
        }
    }

    /** What keeps it from serving as wanted, where there is no replica to say so. */
    static void unexplained(Condition now, @Nullable PodFields pod, List<Finding> findings) {
        var severity = switch (now.phase()) {
            case DEGRADED -> Severity.ERROR;
            case STARTING, SERVING, ROLLING_OUT -> Severity.WARNING;
            case FAILED, STOPPED, DELETING, DELETED -> null;
        };
        var told = findings.stream()
                .anyMatch(finding -> finding.code().equals(now.reason())
                        || (finding.severity() == Severity.ERROR && REMEDIES.containsKey(finding.code())));
        if (severity != null && !now.reason().isEmpty() && !told && !TOLD_BY_ROLLOUT.contains(now.reason())) {
            findings.add(new Finding(severity, now.reason(), now.message(), remedy(now.reason(), pod)));
        }
    }

    private static String remedy(String code, @Nullable PodFields pod) {
        return code.equals("NODE_MISMATCH")
                        && pod != null
                        && !pod.nodeSelector().isEmpty()
                ? PodFields.SELECTING
                : REMEDIES.getOrDefault(code, "read the replica's log");
    }

    private static void replicas(EndpointStatus status, @Nullable PodFields pod, List<Finding> findings) {
        for (var row : status.replicas().each()) {
            var name = "replica " + row.name() + " of revision " + row.revision();
            var bad = row.phase().equals("CRASHED") || row.phase().equals("UNREADY");
            if (bad || !row.reason().isEmpty()) {
                var code = row.reason().isEmpty() ? row.phase() : row.reason();
                findings.add(new Finding(
                        bad ? Severity.ERROR : Severity.WARNING,
                        code,
                        name + (row.restarts() > 0 ? " (" + Text.counted(row.restarts(), "restart") + ")" : "") + ": "
                                + (row.message().isEmpty() ? row.phase() : row.message()),
                        remedy(code, pod)));
            } else if (row.restarts() > 0) {
                findings.add(new Finding(
                        Severity.INFO,
                        "RESTARTED",
                        name + " was started again " + Text.counted(row.restarts(), "time"),
                        "read its log for why it ended"));
            }
        }
    }

    private static void alias(Served.Model served, int now, List<Finding> findings) {
        if (now != served.version()) {
            findings.add(new Finding(
                    Severity.INFO,
                    "ALIAS_MOVED",
                    served.name() + "@" + served.alias() + " is version " + now + " now, and version "
                            + served.version() + " is served",
                    served.follows()
                            ? "it is followed as soon as the rollout and the quota allow; after a rollback, when the alias is moved"
                                    + " again or a change is deployed"
                            : "deploy a change to serve it, or to follow the alias"));
        }
    }

    private static void traffic(EndpointStatus status, List<Finding> findings) {
        for (var one : status.traffic()) {
            if (one.requests() >= 20 && one.failures() * 20 >= one.requests()) {
                findings.add(new Finding(
                        Severity.ERROR,
                        "REQUESTS_FAIL",
                        one.failures() + " of " + one.requests() + " requests to revision " + one.revision()
                                + " failed",
                        "read the log for the answers with status 5xx; roll back if the revision is new"));
            }
        }
    }
}
