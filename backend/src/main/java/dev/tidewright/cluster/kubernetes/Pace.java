package dev.tidewright.cluster.kubernetes;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentSpec;
import io.fabric8.kubernetes.api.model.apps.DeploymentStrategy;
import io.fabric8.kubernetes.api.model.apps.DeploymentStrategyBuilder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The fields of a Deployment that decide when its replicas are there: given, with Kubernetes' own defaults, because one that
 * is not given is another's to set. Pure.
 */
final class Pace {

    private static final int PROGRESS_SECONDS = 600;

    private Pace() {}

    static void set(DeploymentSpec spec) {
        spec.setPaused(false);
        spec.setMinReadySeconds(0);
        spec.setProgressDeadlineSeconds(PROGRESS_SECONDS);
        spec.setStrategy(strategy());
    }

    private static DeploymentStrategy strategy() {
        return new DeploymentStrategyBuilder()
                .withType("RollingUpdate")
                .withNewRollingUpdate()
                .withMaxSurge(new IntOrString("25%"))
                .withMaxUnavailable(new IntOrString("25%"))
                .endRollingUpdate()
                .build();
    }

    /** Fields that others have made otherwise. */
    static List<String> changed(Deployment deployment) {
        return wanted(deployment).keySet().stream().toList();
    }

    static List<String> editors(Deployment deployment) {
        return changed(deployment).stream()
                .flatMap(field -> Managed.others(deployment, "spec", field).stream())
                .distinct()
                .toList();
    }

    /** A JSON patch's steps that put them back. */
    static List<Map<String, Object>> repairs(Deployment deployment) {
        var steps = new ArrayList<Map<String, Object>>();
        wanted(deployment)
                .forEach((field, value) -> steps.add(Map.of("op", "add", "path", "/spec/" + field, "value", value)));
        return steps;
    }

    /** What is otherwise, as it should be; what a rule of the cluster's own has made of it is not ours to undo. */
    private static Map<String, Object> wanted(Deployment deployment) {
        var spec = deployment.getSpec();
        var wanted = new LinkedHashMap<String, Object>();
        if (Boolean.TRUE.equals(spec.getPaused())) {
            wanted.put("paused", false);
        }
        if (!Objects.equals(spec.getStrategy(), strategy())) {
            wanted.put("strategy", strategy());
        }
        if (Objects.requireNonNullElse(spec.getMinReadySeconds(), 0) != 0) {
            wanted.put("minReadySeconds", 0);
        }
        if (Objects.requireNonNullElse(spec.getProgressDeadlineSeconds(), PROGRESS_SECONDS) != PROGRESS_SECONDS) {
            wanted.put("progressDeadlineSeconds", PROGRESS_SECONDS);
        }
        wanted.keySet()
                .removeIf(field -> Managed.others(deployment, "spec", field).isEmpty());
        return wanted;
    }
}
