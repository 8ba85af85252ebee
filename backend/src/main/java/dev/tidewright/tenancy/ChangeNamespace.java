package dev.tidewright.tenancy;

import dev.tidewright.kernel.Name;
import jakarta.validation.constraints.Size;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is null stays.
 *
 * @param cluster the one that it is in; it cannot be changed
 * @param pickledModels whether models with pickled code may be deployed from now on
 */
record ChangeNamespace(
        @Nullable @Size(max = 1000) String description,
        @Nullable ChangeLimits limits,
        @Nullable Name cluster,
        @Nullable PickledModels pickledModels) {

    /**
     * Limits of which those that are null stay.
     *
     * @param gpu all devices; those that are left out of it get 0
     */
    record ChangeLimits(
            @Nullable String cpu,
            @Nullable String memory,
            @Nullable Map<String, Long> gpu,
            @Nullable String storage,
            @Nullable Integer jobs,
            @Nullable Integer endpoints) {

        static ChangeLimits to(Limits wanted) {
            return new ChangeLimits(
                    wanted.cpu(), wanted.memory(), wanted.gpu(), wanted.storage(), wanted.jobs(), wanted.endpoints());
        }

        Limits of(Limits before) {
            return Limits.of(
                    cpu == null ? before.cpu() : cpu,
                    memory == null ? before.memory() : memory,
                    gpu == null ? before.gpu() : gpu,
                    storage == null ? before.storage() : storage,
                    jobs == null ? before.jobs() : jobs,
                    endpoints == null ? before.endpoints() : endpoints);
        }
    }
}
