package dev.tidewright.cluster.kubernetes;

import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The Kubernetes cluster that runs workloads.
 *
 * @param kubeconfig path of a kubeconfig; empty: {@code KUBECONFIG}, {@code ~/.kube/config}, or the account of the pod
 *     that this runs in
 * @param context a context of that file; empty: its current one
 * @param runtimeImage the image with Python, launcher and serving runtime, for programs that bring no image
 * @param instance tells several platforms on one cluster apart: each sees only objects that carry its name
 * @param user the numeric user and group that workloads run as
 * @param requestTimeout how long one call may take
 * @param cacheSize what environments, models and downloads may take in one pod
 * @param imagePullDeadline how long a batch that has a node but cannot start there (its image cannot be pulled, its
 *     container cannot be made), or whose pods the cluster refuses, is tried before it fails and gives its quota back
 * @param passEnvironment variables of this process that programs get too; {@code *} at the end matches any rest. All
 *     others stay here, because they may be secrets
 */
@ConfigurationProperties("tidewright.kubernetes")
record KubernetesSettings(
        @DefaultValue("") String kubeconfig,
        @DefaultValue("") String context,
        String runtimeImage,
        String instance,
        @DefaultValue("65532") long user,
        @DefaultValue("10s") Duration requestTimeout,
        @DefaultValue("10GB") DataSize cacheSize,
        @DefaultValue("10m") Duration imagePullDeadline,

        @DefaultValue({"PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_TRUSTED_HOST", "UV_INDEX_URL", "UV_DEFAULT_INDEX"})
        List<String> passEnvironment) {}
