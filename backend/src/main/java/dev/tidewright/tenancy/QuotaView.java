package dev.tidewright.tenancy;

import dev.tidewright.kernel.Quantities;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Quota as shown: bars and who holds what.
 *
 * @param holders everything that holds a part of it now
 */
public record QuotaView(List<Bar> bars, List<Holder> holders) {

    /**
     * One bar.
     *
     * @param percent 0 to 100
     */
    public record Bar(String resource, String used, String limit, int percent) {}

    /** One holder, e.g. job {@code train-7}. */
    public record Holder(String kind, String name, String cpu, String memory, java.util.Map<String, Long> gpu) {}

    static QuotaView of(Namespace namespace, Usage usage, long storageBytes) {
        var limits = namespace.limits();
        var bars = new ArrayList<Bar>();
        bars.add(bar(
                "cpu",
                usage.resources().cpuMillis(),
                limits.resources().cpuMillis(),
                usage.resources().cpu(),
                limits.cpu()));
        bars.add(bar(
                "memory",
                usage.resources().memoryBytes(),
                limits.resources().memoryBytes(),
                Quantities.memory(usage.resources().memoryBytes()),
                limits.memory()));
        var devices = new TreeSet<>(limits.gpu().keySet());
        devices.addAll(usage.resources().gpu().keySet());
        for (var device : devices) {
            bars.add(counted(
                    device,
                    usage.resources().gpuCount(device),
                    limits.resources().gpuCount(device)));
        }
        bars.add(
                bar("storage", storageBytes, limits.storageBytes(), Quantities.memory(storageBytes), limits.storage()));
        bars.add(counted("jobs", usage.jobs(), limits.jobs()));
        bars.add(counted("endpoints", usage.endpoints(), limits.endpoints()));
        return new QuotaView(bars, usage.holds().stream().map(QuotaView::holder).toList());
    }

    private static Holder holder(Hold hold) {
        var resources = hold.resources();
        return new Holder(hold.kind(), hold.name(), resources.cpu(), resources.memory(), resources.gpu());
    }

    private static Bar counted(String resource, long used, long limit) {
        return bar(resource, used, limit, Long.toString(used), Long.toString(limit));
    }

    private static Bar bar(String resource, long used, long limit, String usedWords, String limitWords) {
        var percent = limit == 0 ? (used == 0 ? 0 : 100) : (int) Math.min(100, Math.round(100.0 * used / limit));
        return new Bar(resource, usedWords, limitWords, percent);
    }
}
