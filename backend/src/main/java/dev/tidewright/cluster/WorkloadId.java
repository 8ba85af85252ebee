package dev.tidewright.cluster;

import dev.tidewright.kernel.Name;

/**
 * The name of a workload, chosen by us before the first call and the same for the same input: {@code (demo, "job",
 * "train-7-a2")}, {@code (demo, "revision", "diabetes-r3")}.
 *
 * @param kind {@code job} or {@code revision}; {@code namespace} in hints about a namespace itself
 */
public record WorkloadId(Name namespace, String kind, String name) {

    public static final String NAMESPACE = "namespace";

    /** What a hint about a namespace itself names. */
    public static WorkloadId ofNamespace(Name namespace) {
        return new WorkloadId(namespace, NAMESPACE, namespace.value());
    }

    @Override
    public String toString() {
        return namespace + "/" + kind + "/" + name;
    }
}
