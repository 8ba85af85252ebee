package dev.tidewright.tenancy;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.tidewright.kernel.Quantities;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Resources;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The hard limits of a namespace: {@code {"cpu": "4", "memory": "16Gi", "gpu": {"nvidia.com/gpu": 2}, "storage": "50Gi",
 * "jobs": 20, "endpoints": 10}}. What is left out of {@code gpu} is 0.
 *
 * @param resources cpu, memory and devices of everything that runs
 * @param storageBytes bytes of artifacts
 * @param jobs running jobs
 * @param endpoints endpoints
 */
public record Limits(
        @com.fasterxml.jackson.annotation.JsonIgnore Resources resources,
        @com.fasterxml.jackson.annotation.JsonIgnore long storageBytes,
        int jobs,
        int endpoints) {

    /** What a new namespace gets where nothing is said. */
    public static final Limits DEFAULT = of("4", "8Gi", Map.of(), "20Gi", 20, 10);

    @JsonCreator
    public static Limits of(
            @JsonProperty("cpu") @Nullable String cpu,
            @JsonProperty("memory") @Nullable String memory,
            @JsonProperty("gpu") @Nullable Map<String, Long> gpu,
            @JsonProperty("storage") @Nullable String storage,
            @JsonProperty("jobs") @Nullable Integer jobs,
            @JsonProperty("endpoints") @Nullable Integer endpoints) {
        return new Limits(
                Resources.of(cpu == null ? "4" : cpu, memory == null ? "8Gi" : memory, gpu),
                Quantities.bytes("limits.storage", storage == null ? "20Gi" : storage),
                count("jobs", jobs == null ? 20 : jobs),
                count("endpoints", endpoints == null ? 10 : endpoints));
    }

    @JsonProperty
    public String cpu() {
        return resources.cpu();
    }

    @JsonProperty
    public String memory() {
        return resources.memory();
    }

    @JsonProperty
    public Map<String, Long> gpu() {
        return resources.gpu();
    }

    @JsonProperty
    public String storage() {
        return Quantities.memory(storageBytes);
    }

    private static int count(String field, int count) {
        if (count < 0 || count > 1_000_000) {
            throw new Refusal.Invalid(
                    "invalid-limit", "limits." + field, field + " is " + count + ": give 0 to 1000000");
        }
        return count;
    }
}
