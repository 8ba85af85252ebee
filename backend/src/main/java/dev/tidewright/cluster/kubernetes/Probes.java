package dev.tidewright.cluster.kubernetes;

import io.fabric8.kubernetes.api.model.Pod;
import java.util.regex.Pattern;

/** Why a container that runs is not ready. Pure. */
final class Probes {

    private static final Pattern STATUS = Pattern.compile("statuscode: (\\d{3})");
    private static final Pattern LATE = Pattern.compile("deadline exceeded|Client\\.Timeout|i/o timeout|timed out");

    private Probes() {}

    /** @param told the kubelet's words on a failed check; empty when there are none */
    static String sentence(Pod pod, String told) {
        var probe = pod.getSpec().getContainers().getFirst().getReadinessProbe();
        var get = probe == null ? null : probe.getHttpGet();
        var asked = get == null ? "port " + Manifests.PORT : "GET " + get.getPath();
        var status = STATUS.matcher(told);
        if (status.find()) {
            return asked + " answers " + status.group(1) + " instead of 2xx";
        }
        if (told.isEmpty()) {
            return "";
        }
        if (told.contains("connection refused")) {
            return "nothing listens on port " + Manifests.PORT + ", which $PORT names";
        }
        if (LATE.matcher(told).find()) {
            var seconds = probe == null || probe.getTimeoutSeconds() == null ? 1 : probe.getTimeoutSeconds();
            return asked + " gives no answer within " + seconds + " s";
        }
        return asked + " does not answer: "
                + told.substring(told.lastIndexOf(": ") + 1).strip();
    }
}
