package dev.tidewright.cluster.kubernetes;

import dev.tidewright.cluster.ClusterEvent;
import dev.tidewright.cluster.WorkloadId;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Tells on what the cluster says of our workloads: all warnings, and of what goes as it should the steps that matter. */
final class Happenings implements AutoCloseable {

    private static final Set<String> STEPS = Set.of(
            "Scheduled",
            "Pulled",
            "Started",
            "Killing",
            "BackOff",
            "TriggeredScaleUp",
            "NotTriggerScaleUp",
            "Preempted");

    /** Pods of which something was said before they were heard of, most of them not ours. */
    private static final int UNKNOWN = 1_000;

    private final Watches watches;
    private final SharedIndexInformer<Event> steps;
    private final List<Consumer<ClusterEvent>> listeners = new CopyOnWriteArrayList<>();
    private final Map<String, List<Event>> early = new LinkedHashMap<>();

    Happenings(KubernetesClient client, Watches watches) {
        this.watches = watches;
        steps = client.v1()
                .events()
                .inAnyNamespace()
                .withFields(Map.of("type", "Normal", "involvedObject.kind", "Pod"))
                .runnableInformer(0);
        steps.exceptionHandler((started, failure) -> true);
        steps.addEventHandler(new ResourceEventHandler<>() {
            @Override
            public void onAdd(Event event) {
                heard(event);
            }

            @Override
            public void onUpdate(Event before, Event after) {
                heard(after);
            }

            @Override
            public void onDelete(Event event, boolean unknown) {}
        });
    }

    void start() {
        steps.start();
    }

    /** @param known what was heard before somebody listened */
    void add(Consumer<ClusterEvent> listener, List<Event> known) {
        listeners.add(listener);
        known.forEach(this::heard);
        List.copyOf(steps.getStore().list()).forEach(this::heard);
    }

    void heard(Event event) {
        var about = event.getInvolvedObject();
        if (about.getNamespace() == null || about.getName() == null || listeners.isEmpty()) {
            return;
        }
        if ("Normal".equals(event.getType()) && !STEPS.contains(String.valueOf(event.getReason()))) {
            return;
        }
        var workload = watches.workloadOf(String.valueOf(about.getKind()), about.getNamespace(), about.getName());
        if (workload.isPresent()) {
            tell(workload.get(), event);
        } else if ("Pod".equals(about.getKind())) {
            keep(about.getNamespace() + "/" + about.getName(), event);
        }
    }

    private void keep(String pod, Event event) {
        synchronized (early) {
            early.computeIfAbsent(pod, key -> new ArrayList<>()).add(event);
            if (early.size() > UNKNOWN) {
                early.remove(early.keySet().iterator().next());
            }
        }
    }

    /** A pod is heard of: what was said of it before is told now. */
    void seen(WorkloadId id, Pod pod) {
        List<Event> said;
        synchronized (early) {
            said = early.remove(
                    pod.getMetadata().getNamespace() + "/" + pod.getMetadata().getName());
        }
        if (said != null) {
            said.forEach(event -> tell(id, event));
        }
    }

    private void tell(WorkloadId id, Event event) {
        var last = Times.of(event);
        var series = event.getSeries() == null ? null : event.getSeries().getCount();
        var count = Math.max(
                1, Math.max(Objects.requireNonNullElse(event.getCount(), 1), Objects.requireNonNullElse(series, 1)));
        var told = new ClusterEvent(
                id,
                event.getMetadata().getUid(),
                "Warning".equals(event.getType()),
                String.valueOf(event.getReason()),
                event.getInvolvedObject().getKind() + " "
                        + event.getInvolvedObject().getName(),
                Objects.requireNonNullElse(event.getMessage(), "").strip(),
                count,
                Times.of(event.getFirstTimestamp(), last),
                last);
        listeners.forEach(listener -> listener.accept(told));
    }

    @Override
    public void close() {
        steps.stop();
    }
}
