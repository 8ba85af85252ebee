package dev.tidewright.cluster.kubernetes;

import dev.tidewright.cluster.WorkloadId;
import dev.tidewright.kernel.Name;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Objects with our labels that belong to no workload of ours: left alone, remembered, and told. */
final class Quarantine {

    private static final Logger LOG = LoggerFactory.getLogger(Quarantine.class);

    private final Labels labels;
    private final Consumer<WorkloadId> changed;
    private final Map<String, Aside> aside = new ConcurrentHashMap<>();

    private record Aside(String namespace, String sentence) {}

    /** @param changed told of a namespace of which something was set aside, or no longer is */
    Quarantine(Labels labels, Consumer<WorkloadId> changed) {
        this.labels = labels;
        this.changed = changed;
    }

    /** Remembers what is wrong with an object as it is now. */
    void heard(HasMetadata object, boolean gone) {
        // What is ours all the same gets its marks again.
        var fault = gone || Belonging.stripped(labels, object).isPresent()
                ? ""
                : Belonging.of(labels, object).fault();
        var metadata = object.getMetadata();
        var now = fault.isEmpty() ? null : new Aside(metadata.getNamespace(), sentence(object, fault));
        var before = now == null ? aside.remove(metadata.getUid()) : aside.put(metadata.getUid(), now);
        if (now != null && !now.equals(before)) {
            LOG.warn("in the namespace {}, {}", now.namespace(), now.sentence());
        }
        if (now == null ? before != null : !now.equals(before)) {
            changed.accept(WorkloadId.ofNamespace(new Name(metadata.getNamespace())));
        }
    }

    private static String sentence(HasMetadata object, String fault) {
        return "the " + object.getKind() + " " + object.getMetadata().getName()
                + " carries this platform's labels but " + fault + ": it is left alone; delete it, or take its label "
                + Labels.MANAGED_BY + " away";
    }

    /** It is ours after all. */
    void cleared(HasMetadata object) {
        heard(object, true);
    }

    /** A sentence for each, with the remedy. */
    List<String> in(Name namespace) {
        return aside.values().stream()
                .filter(one -> one.namespace().equals(namespace.value()))
                .map(Aside::sentence)
                .sorted()
                .toList();
    }
}
