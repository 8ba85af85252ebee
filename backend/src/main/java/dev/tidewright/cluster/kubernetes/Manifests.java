package dev.tidewright.cluster.kubernetes;

import dev.tidewright.cluster.Workload;
import dev.tidewright.cluster.WorkloadId;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LifecycleBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Workloads as Kubernetes objects; the same workload always as the same object. Pure. */
final class Manifests {

    static final int PORT = 8080;
    static final String CONTAINER = "main";

    /** Long enough for a platform that is away for a night to see how a Job ended. */
    private static final int FORGOTTEN_AFTER_SECONDS = 24 * 3600;

    private final Labels labels;
    private final PodTemplates templates;
    private final Openings openings;

    Manifests(Labels labels, KubernetesSettings settings, Map<String, String> passed) {
        this.labels = labels;
        this.templates = new PodTemplates(labels, settings, passed);
        this.openings = new Openings(settings, passed.values());
    }

    /** Of the namespaces that workloads run in. */
    Openings openings() {
        return openings;
    }

    Job job(Workload.Batch batch) {
        var template = templates.of(batch, null, Carriers.isCarried(batch) ? Carriers.TIME : batch.stopGrace());
        if (batch.deadline() != null) {
            // On the pod and not on the Job: that would remove the pod, and with it how it ended.
            template.getSpec().setActiveDeadlineSeconds(Math.max(1, PodTemplates.seconds(batch.deadline())));
        }
        template.getSpec().setRestartPolicy("Never");
        return new JobBuilder()
                .withMetadata(metadata(batch))
                .withNewSpec()
                .withParallelism(1)
                .withCompletions(1)
                // Another attempt is another Job, made by whoever keeps the attempts.
                .withBackoffLimit(0)
                .withPodReplacementPolicy("Failed")
                .withNewPodFailurePolicy()
                .addNewRule()
                .withAction("FailJob")
                .addNewOnPodCondition("True", "DisruptionTarget")
                .endRule()
                .addNewRule()
                .withAction("FailJob")
                .withNewOnExitCodes()
                .withContainerName(CONTAINER)
                .withOperator("NotIn")
                .withValues(0)
                .endOnExitCodes()
                .endRule()
                .endPodFailurePolicy()
                .withTtlSecondsAfterFinished(FORGOTTEN_AFTER_SECONDS)
                .withTemplate(template)
                .endSpec()
                .build();
    }

    Deployment deployment(Workload.Service service) {
        var grace = service.drainDeadline().plus(service.stopGrace());
        var template = templates.of(service, service.readiness(), grace);
        var drain = PodTemplates.seconds(service.drainDeadline());
        if (drain > 0) {
            // It goes on serving for so long after it was told to go; who sees it idle before may end it.
            template.getSpec()
                    .getContainers()
                    .getFirst()
                    .setLifecycle(new LifecycleBuilder()
                            .withNewPreStop()
                            .withNewSleep(drain)
                            .endPreStop()
                            .build());
        }
        var deployment = new DeploymentBuilder()
                .withMetadata(metadata(service))
                .withNewSpec()
                .withReplicas(service.replicas())
                .withRevisionHistoryLimit(0)
                .withNewSelector()
                .withMatchLabels(labels.selector(service.id()))
                .endSelector()
                .withTemplate(template)
                .endSpec()
                .build();
        Pace.set(deployment.getSpec());
        return deployment;
    }

    /** Of a Deployment, only that its replicas were restarted, as others wrote it. */
    Deployment restarted(Deployment deployment) {
        var when = deployment
                .getSpec()
                .getTemplate()
                .getMetadata()
                .getAnnotations()
                .get(Alterations.RESTARTED);
        return only(deployment)
                .withNewSpec()
                .withNewTemplate()
                .withNewMetadata()
                .addToAnnotations(Alterations.RESTARTED, when)
                .endMetadata()
                .endTemplate()
                .endSpec()
                .build();
    }

    /** Of a Deployment, only how many replicas it has. */
    Deployment numbered(Deployment deployment) {
        return only(deployment)
                .withNewSpec()
                .withReplicas(deployment.getSpec().getReplicas())
                .endSpec()
                .build();
    }

    /** Of this very one, and as it was looked at: whoever was quicker is not written over. */
    private static DeploymentBuilder only(Deployment deployment) {
        var metadata = deployment.getMetadata();
        return new DeploymentBuilder()
                .withNewMetadata()
                .withName(metadata.getName())
                .withNamespace(metadata.getNamespace())
                .withUid(metadata.getUid())
                .withResourceVersion(metadata.getResourceVersion())
                .endMetadata();
    }

    /** What lies beside the object that runs it, and is made before it. */
    List<HasMetadata> besides(Workload workload) {
        return Stream.<HasMetadata>concat(
                        secrets(workload).stream(),
                        workload instanceof Workload.Service
                                ? Stream.of(disruptions(workload.id()), service(workload.id()))
                                : Stream.of())
                .toList();
    }

    /** The same, only by kind and name. */
    List<HasMetadata> besides(WorkloadId id) {
        var secret = new SecretBuilder().withMetadata(beside(id)).build();
        return Watches.isJob(id) ? List.of(secret) : List.of(secret, disruptions(id), service(id));
    }

    private ObjectMeta beside(WorkloadId id) {
        return new ObjectMetaBuilder()
                .withName(Labels.besidesName(id))
                .withNamespace(id.namespace().value())
                .withLabels(labels.of(id))
                .build();
    }

    /** Who empties a node takes replicas off it one after another; those that are not ready are in nobody's way. */
    PodDisruptionBudget disruptions(WorkloadId id) {
        return new PodDisruptionBudgetBuilder()
                .withMetadata(beside(id))
                .withNewSpec()
                .withMaxUnavailable(new IntOrString(1))
                .withUnhealthyPodEvictionPolicy("AlwaysAllow")
                .withNewSelector()
                .withMatchLabels(labels.selector(id))
                .endSelector()
                .endSpec()
                .build();
    }

    /**
     * What has the cluster list the addresses of the replicas that are ready. Without an address of its own: which replica a
     * request goes to is the gateway's to choose.
     */
    Service service(WorkloadId id) {
        return new ServiceBuilder()
                .withMetadata(beside(id))
                .withNewSpec()
                .withType("ClusterIP")
                .withClusterIP("None")
                .withSelector(labels.selector(id))
                .withPublishNotReadyAddresses(false)
                .addNewPort()
                .withName("http")
                .withPort(PORT)
                .withTargetPort(new IntOrString(PORT))
                .endPort()
                .endSpec()
                .build();
    }

    /** What may not be shown, apart from the pod that uses it; empty without such variables. */
    List<Secret> secrets(Workload workload) {
        if (workload.program().secrets().isEmpty()) {
            return List.of();
        }
        return List.of(new SecretBuilder()
                .withMetadata(beside(workload.id()))
                .withStringData(workload.program().secrets())
                .build());
    }

    private ObjectMeta metadata(Workload workload) {
        return new ObjectMetaBuilder()
                .withName(Labels.objectName(workload.id()))
                .withNamespace(workload.id().namespace().value())
                .withLabels(labels.of(workload.id()))
                .addToAnnotations(Labels.WORKLOAD, workload.id().name())
                .addToAnnotations(Labels.SPEC_HASH, digest(workload))
                .build();
    }

    /**
     * Of what was asked for, not of how this release says it in Kubernetes' words: the platform that asks again after an
     * answer was lost may be a newer one, or one that programs reach by another address.
     */
    private static String digest(Workload workload) {
        var program = workload.program();
        var environment = new TreeMap<>(program.environment());
        var own = environment.get("TIDEWRIGHT_API");
        environment.values().removeIf(value -> value.equals(own));
        return Labels.digest(program.entry() + "\n" + environment + "\n" + workload.resources() + "\n" + program.pod());
    }
}
