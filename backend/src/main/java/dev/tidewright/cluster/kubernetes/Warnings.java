package dev.tidewright.cluster.kubernetes;

import dev.tidewright.cluster.WorkloadId;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The cluster's warnings about anything, found by the object that they are about. */
final class Warnings implements AutoCloseable {

    private static final String BY_OBJECT = "object";

    private final SharedIndexInformer<Event> events;

    /** @param changed told what was said of a pod, a Job, or anything else */
    Warnings(KubernetesClient client, Consumer<Event> changed, Denied denied) {
        events = client.v1()
                .events()
                .inAnyNamespace()
                .withField("type", "Warning")
                .runnableInformer(0);
        events.addIndexers(Map.of(
                BY_OBJECT,
                event -> List.of(key(
                        event.getInvolvedObject().getNamespace(),
                        event.getInvolvedObject().getKind(),
                        event.getInvolvedObject().getName()))));
        denied.listenTo(events);
        events.addEventHandler(new ResourceEventHandler<>() {
            @Override
            public void onAdd(Event event) {
                changed.accept(event);
            }

            @Override
            public void onUpdate(Event before, Event after) {
                changed.accept(after);
            }

            @Override
            public void onDelete(Event event, boolean unknown) {}
        });
    }

    void start() {
        events.start();
    }

    boolean complete() {
        return events.hasSynced();
    }

    List<Event> of(WorkloadId id, String kind, String name) {
        return events.getIndexer().byIndex(BY_OBJECT, key(id.namespace().value(), kind, name));
    }

    /** All that is known. */
    List<Event> all() {
        return List.copyOf(events.getStore().list());
    }

    private static String key(String namespace, String kind, String name) {
        return namespace + "/" + kind + "/" + name;
    }

    @Override
    public void close() {
        events.stop();
    }
}
