package dev.tidewright.kernel;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An amount of computing resources: what one replica or attempt declares, what a namespace may hold, or what is free.
 *
 * @param cpuMillis thousandths of a core, 0 or more
 * @param memoryBytes bytes, 0 or more
 * @param gpu whole devices by extended resource name, e.g. {@code nvidia.com/gpu}
 */
public record Resources(long cpuMillis, long memoryBytes, SortedMap<String, Long> gpu) {

    public static final Resources NONE = new Resources(0, 0, new TreeMap<>());

    public Resources {
        var devices = new TreeMap<>(gpu);
        devices.values().removeIf(count -> count == 0);
        gpu = java.util.Collections.unmodifiableSortedMap(devices);
    }

    /** From the API's form: {@code {"cpu": "500m", "memory": "2Gi", "gpu": {"nvidia.com/gpu": 1}}}; a missing one is 0. */
    @JsonCreator
    public static Resources of(
            @JsonProperty("cpu") @Nullable String cpu,
            @JsonProperty("memory") @Nullable String memory,
            @JsonProperty("gpu") @Nullable Map<String, Long> gpu) {
        var devices = new TreeMap<String, Long>();
        if (gpu != null) {
            gpu.forEach((name, count) -> devices.put(Quantities.deviceName(name), Quantities.devices(name, count)));
        }
        return new Resources(
                cpu == null ? 0 : Quantities.cpuMillis("resources.cpu", cpu),
                memory == null ? 0 : Quantities.bytes("resources.memory", memory),
                devices);
    }

    @JsonProperty("cpu")
    public String cpu() {
        return Quantities.cpu(cpuMillis);
    }

    @JsonProperty("memory")
    public String memory() {
        return Quantities.memory(memoryBytes);
    }

    @Override
    @com.fasterxml.jackson.annotation.JsonIgnore
    public long cpuMillis() {
        return cpuMillis;
    }

    @Override
    @com.fasterxml.jackson.annotation.JsonIgnore
    public long memoryBytes() {
        return memoryBytes;
    }

    public Resources plus(Resources other) {
        var devices = new TreeMap<>(gpu);
        other.gpu.forEach((name, count) -> devices.merge(name, count, Math::addExact));
        return new Resources(
                Math.addExact(cpuMillis, other.cpuMillis), Math.addExact(memoryBytes, other.memoryBytes), devices);
    }

    public Resources times(int count) {
        var devices = new TreeMap<>(gpu);
        devices.replaceAll((name, one) -> Math.multiplyExact(one, (long) count));
        return new Resources(
                Math.multiplyExact(cpuMillis, (long) count), Math.multiplyExact(memoryBytes, (long) count), devices);
    }

    /** This much less {@code other}, never below zero in any part. */
    public Resources minus(Resources other) {
        var devices = new TreeMap<>(gpu);
        devices.replaceAll((name, count) -> Math.max(0, count - other.gpuCount(name)));
        return new Resources(
                Math.max(0, cpuMillis - other.cpuMillis), Math.max(0, memoryBytes - other.memoryBytes), devices);
    }

    public boolean fitsInto(Resources room) {
        return cpuMillis <= room.cpuMillis
                && memoryBytes <= room.memoryBytes
                && gpu.entrySet().stream().allMatch(device -> device.getValue() <= room.gpuCount(device.getKey()));
    }

    public long gpuCount(String name) {
        return gpu.getOrDefault(name, 0L);
    }
}
