package dev.tidewright.cluster.kubernetes;

import dev.tidewright.cluster.WorkloadId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What others had changed and was put back at once, until it has been told. */
final class Mended {

    private final Map<WorkloadId, List<String>> untold = new ConcurrentHashMap<>();

    void add(WorkloadId id, String sentence) {
        untold.compute(id, (key, before) -> {
            var all = new ArrayList<>(before == null ? List.of() : before);
            all.add(sentence);
            return List.copyOf(all);
        });
    }

    List<String> of(WorkloadId id) {
        return untold.getOrDefault(id, List.of());
    }

    void told(WorkloadId id) {
        untold.remove(id);
    }
}
