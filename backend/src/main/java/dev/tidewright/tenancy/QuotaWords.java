package dev.tidewright.tenancy;

import dev.tidewright.kernel.Quantities;
import dev.tidewright.kernel.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongFunction;

/** Compares what is wanted with what there is, part by part, and says in words what does not fit. Pure. */
final class QuotaWords {

    private QuotaWords() {}

    /**
     * One countable part of a quota.
     *
     * @param field where a request says how much of it is wanted
     */
    record Part(String field, String name, long wanted, long used, long limit, LongFunction<String> words) {

        boolean impossible() {
            return wanted > limit;
        }

        boolean lacking() {
            return wanted > 0 && wanted > limit - used;
        }

        String need() {
            return words.apply(wanted) + " " + name;
        }

        String lack() {
            return "needs " + need() + ", " + words.apply(Math.max(0, limit - used)) + " of " + words.apply(limit)
                    + " free";
        }
    }

    static List<Part> parts(Hold wanted, Usage used, Limits limits) {
        var parts = new ArrayList<Part>();
        var want = wanted.resources();
        parts.add(new Part(
                "resources.cpu",
                "cpu",
                want.cpuMillis(),
                used.resources().cpuMillis(),
                limits.resources().cpuMillis(),
                Quantities::cpu));
        parts.add(new Part(
                "resources.memory",
                "memory",
                want.memoryBytes(),
                used.resources().memoryBytes(),
                limits.resources().memoryBytes(),
                Quantities::memory));
        for (Map.Entry<String, Long> device : new TreeMap<>(want.gpu()).entrySet()) {
            parts.add(new Part(
                    "resources.gpu." + device.getKey(),
                    device.getKey(),
                    device.getValue(),
                    used.resources().gpuCount(device.getKey()),
                    limits.resources().gpuCount(device.getKey()),
                    Long::toString));
        }
        parts.add(new Part("jobs", "running jobs", wanted.jobs(), used.jobs(), limits.jobs(), Long::toString));
        parts.add(new Part(
                "endpoints", "endpoints", wanted.endpoints(), used.endpoints(), limits.endpoints(), Long::toString));
        return parts;
    }

    /** Refuses what could never fit, with every number. */
    static void refuseImpossible(Namespace namespace, List<Part> parts) {
        var impossible = parts.stream().filter(Part::impossible).toList();
        if (!impossible.isEmpty()) {
            var amounts = impossible.stream()
                    .map(part -> new Refusal.FieldError(
                            part.field(),
                            "needs " + part.need() + ", the limit of " + namespace.name() + " is "
                                    + part.words().apply(part.limit())))
                    .toList();
            throw new Refusal.OverQuota(
                    String.join(
                                    "; ",
                                    amounts.stream()
                                            .map(Refusal.FieldError::message)
                                            .toList())
                            + ": ask for less, or ask an admin of the platform to raise the limit",
                    amounts);
        }
    }

    /** Empty when everything fits now. */
    static String lacking(Namespace namespace, List<Part> parts) {
        var lacking = parts.stream().filter(Part::lacking).map(Part::lack).toList();
        return lacking.isEmpty() ? "" : String.join("; ", lacking) + " in " + namespace.name();
    }

    static Refusal storage(Namespace namespace, long free, long bytes) {
        var message = "needs " + Quantities.memory(bytes) + " storage, " + Quantities.memory(free) + " of "
                + namespace.limits().storage() + " free in " + namespace.name();
        return new Refusal.OverQuota(
                message + ": delete artifacts that are not needed, or ask an admin of the platform to raise the limit",
                List.of(new Refusal.FieldError("storage", message)));
    }
}
