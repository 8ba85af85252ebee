package dev.tidewright.tenancy;

import dev.tidewright.cluster.NamedClusters;
import dev.tidewright.kernel.Name;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/**
 * A new namespace; without limits it gets {@link Limits#DEFAULT}.
 *
 * @param cluster where it is for good, one of those that the platform has; null: the default one
 * @param pickledModels whether models with pickled code may be deployed; null: allowed
 */
record CreateNamespace(
        @NotNull Name name,
        @Nullable @Size(max = 1000) String description,
        @Nullable Limits limits,
        @Nullable Name cluster,
        @Nullable PickledModels pickledModels) {

    Name clusterOrDefault() {
        return cluster == null ? NamedClusters.STANDARD : cluster;
    }

    String descriptionOrEmpty() {
        return description == null ? "" : description;
    }
}
