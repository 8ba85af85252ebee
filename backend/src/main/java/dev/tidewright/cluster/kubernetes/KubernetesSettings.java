package dev.tidewright.cluster.kubernetes;

import dev.tidewright.cluster.NamedClusters;
import dev.tidewright.kernel.CannotStart;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The Kubernetes cluster that runs workloads.
 *
 * @param kubeconfig path of a kubeconfig; empty: {@code KUBECONFIG}, {@code ~/.kube/config}, or the account of the pod
 *     that this runs in
 * @param context a context of that file; empty: its current one
 * @param api where its pods reach the API; empty: where all do ({@code tidewright.api})
 * @param runtimeImage the image with Python, launcher and serving runtime, for programs that bring no image
 * @param instance tells several platforms on one cluster apart: each sees only objects that carry its name
 * @param user the numeric user and group that workloads run as
 * @param requestTimeout how long one call may take
 * @param cacheSize what environments, models and downloads may take in one pod
 * @param scratchSize what a program may write to each of its folders (working folder, home, {@code /tmp}, and what it fetches);
 *     the pod of one that writes more is taken away
 * @param egress networks (CIDR) that programs may reach beside name servers, the platform, and the addresses in {@code
 *     passEnvironment}. One that ends in {@code /0} is the internet: private networks of it stay closed, and those that work
 *     needs are named beside it
 * @param imagePullDeadline how long a batch that has a node but cannot start there (its image cannot be pulled, its
 *     container cannot be made), or whose pods the cluster refuses, is tried before it fails and gives its quota back
 * @param clusters more clusters by name, beside the default one
 * @param passEnvironment variables of this process that programs get too; {@code *} at the end matches any rest. All
 *     others stay here, because they may be secrets
 */
@ConfigurationProperties("tidewright.kubernetes")
record KubernetesSettings(
        @DefaultValue("") String kubeconfig,
        @DefaultValue("") String context,
        @DefaultValue("") String api,
        String runtimeImage,
        String instance,
        @DefaultValue("65532") long user,
        @DefaultValue("10s") Duration requestTimeout,
        @DefaultValue("10GB") DataSize cacheSize,
        @DefaultValue("50GB") DataSize scratchSize,
        @DefaultValue({"0.0.0.0/0", "::/0"}) List<String> egress,
        @DefaultValue("10m") Duration imagePullDeadline,
        @DefaultValue Map<String, Named> clusters,

        @DefaultValue({"PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_TRUSTED_HOST", "UV_INDEX_URL", "UV_DEFAULT_INDEX"})
        List<String> passEnvironment) {

    /**
     * What another cluster has of its own; everything else is as for the default one.
     *
     * @param kubeconfig path of a kubeconfig; empty: that of the default one, of which {@code context} then names another
     * @param api empty: where all reach it
     * @param runtimeImage empty: that of the default one
     * @param instance empty: that of the default one
     */
    record Named(
            @DefaultValue("") String kubeconfig,
            @DefaultValue("") String context,
            @DefaultValue("") String api,
            @DefaultValue("") String runtimeImage,
            @DefaultValue("") String instance) {}

    /** The same, where pods reach the API at this address unless they have one of their own. */
    KubernetesSettings reachedAt(String address) {
        return new KubernetesSettings(
                kubeconfig,
                context,
                api.isEmpty() ? address : api,
                runtimeImage,
                instance,
                user,
                requestTimeout,
                cacheSize,
                scratchSize,
                egress,
                imagePullDeadline,
                clusters,
                passEnvironment);
    }

    /** The settings of each cluster that has a name. */
    Map<Name, KubernetesSettings> named() {
        var named = new TreeMap<Name, KubernetesSettings>();
        clusters.forEach((word, own) -> named.put(name(word), of(word, own)));
        return named;
    }

    private static Name name(String word) {
        try {
            var name = new Name(word);
            if (!name.equals(NamedClusters.STANDARD)) {
                return name;
            }
        } catch (Refusal invalid) {
            throw new CannotStart(
                    "tidewright.kubernetes.clusters has the name \"" + word + "\": " + invalid.getMessage(),
                    "Name it otherwise.",
                    invalid);
        }
        throw new CannotStart(
                "tidewright.kubernetes.clusters has the name \"default\", which is that of tidewright.cluster",
                "Name it otherwise.");
    }

    private KubernetesSettings of(String name, Named own) {
        if (own.kubeconfig().isEmpty() && own.context().isEmpty()) {
            throw new CannotStart(
                    "the cluster " + name + " has neither a kubeconfig nor a context, so it would be the default one",
                    "Set tidewright.kubernetes.clusters." + name + ".kubeconfig or .context.");
        }
        return new KubernetesSettings(
                own.kubeconfig().isEmpty() ? kubeconfig : own.kubeconfig(),
                own.context(),
                own.api(),
                own.runtimeImage().isEmpty() ? runtimeImage : own.runtimeImage(),
                own.instance().isEmpty() ? instance : own.instance(),
                user,
                requestTimeout,
                cacheSize,
                scratchSize,
                egress,
                imagePullDeadline,
                Map.of(),
                passEnvironment);
    }
}
