package dev.tidewright.cluster.kubernetes;

import static dev.tidewright.cluster.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tidewright.cluster.WorkloadId;
import dev.tidewright.kernel.Name;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the EndpointSlices of a real cluster say of a pod, and what is made of it. */
class ServicesIT {

    private static final Name NAMESPACE = new Name("services-" + UUID.randomUUID());
    private static final WorkloadId ID = new WorkloadId(NAMESPACE, "revision", "digits-1");
    private static final Labels LABELS = new Labels("services-it");

    private static TestKubernetes kubernetes;

    @BeforeAll
    static void begin() {
        kubernetes = TestKubernetes.find();
        try (var client = kubernetes.client()) {
            client.resource(new NamespaceBuilder()
                            .withNewMetadata()
                            .withName(NAMESPACE.value())
                            .endMetadata()
                            .build())
                    .create();
        }
    }

    @AfterAll
    static void leaveNothing() {
        if (kubernetes != null) {
            kubernetes.remove(NAMESPACE);
        }
    }

    @Test
    void aPodIsAdmittedOnceItIsListedAndFromThenOnByItsOwnWord() {
        try (var client = kubernetes.client()) {
            var heard = new CopyOnWriteArrayList<String>();
            var services = new Services(client, LABELS, (namespace, owner) -> heard.add(namespace + "/" + owner));
            services.all().forEach(SharedIndexInformer::start);
            var pod = client.resource(pod()).create();
            assertThat(services.admits(ID, unknown()))
                    .as("where there is no Service, its own word has to do")
                    .isTrue();
            var service = new Manifests(LABELS, kubernetes.settings(LABELS.instance()), Map.of()).service(ID);
            client.resource(service).create();
            eventually(
                    "both are there",
                    () -> services.all().stream()
                            .noneMatch(informer -> informer.getStore().list().isEmpty()));
            assertThat(heard).contains(NAMESPACE + "/digits-1");
            assertThat(services.admits(ID, unknown())).isFalse();
            eventually("it is listed", () -> services.admits(ID, pod));
            assertThat(Replicas.isReady(client.resource(pod).get())).isTrue();
            client.resource(service).delete();
            assertThat(services.admits(ID, pod)).isTrue();
            services.all().forEach(SharedIndexInformer::stop);
        }
    }

    private static Pod unknown() {
        return new PodBuilder()
                .withNewMetadata()
                .withUid(UUID.randomUUID().toString())
                .endMetadata()
                .build();
    }

    private static Pod pod() {
        return new PodBuilder()
                .withNewMetadata()
                .withName("digits-1-x-y")
                .withNamespace(NAMESPACE.value())
                .withLabels(LABELS.of(ID))
                .endMetadata()
                .withNewSpec()
                .withTerminationGracePeriodSeconds(0L)
                .addNewContainer()
                .withName(Manifests.CONTAINER)
                .withImage(kubernetes.runtimeImage())
                .withCommand(List.of("sleep", "60"))
                .endContainer()
                .endSpec()
                .build();
    }
}
