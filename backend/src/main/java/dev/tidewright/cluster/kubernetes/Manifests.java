package dev.tidewright.cluster.kubernetes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.tidewright.cluster.Program;
import dev.tidewright.cluster.Readiness;
import dev.tidewright.cluster.Workload;
import dev.tidewright.kernel.Resources;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.LifecycleBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.TolerationBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Workloads as Kubernetes objects; the same workload always as the same object. Pure. */
final class Manifests {

    static final int PORT = 8080;
    static final String CONTAINER = "main";

    private static final String HOME = "/home/tidewright";
    private static final String WORK = "/tidewright/work";
    private static final String CACHE = "/tidewright/cache";
    private static final String LAST_WORDS = "/dev/termination-log";
    private static final String LAUNCHER = "/opt/tidewright/launcher/launch.py";

    /** Long enough for a platform that is away for a night to see how a Job ended. */
    private static final int FORGOTTEN_AFTER_SECONDS = 24 * 3600;

    /** The same text from whatever version of the model's classes. */
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .build();

    private final Labels labels;
    private final KubernetesSettings settings;
    private final SortedMap<String, String> passed;

    Manifests(Labels labels, KubernetesSettings settings, Map<String, String> passed) {
        this.labels = labels;
        this.settings = settings;
        this.passed = new TreeMap<>(passed);
    }

    Job job(Workload.Batch batch) {
        var template = template(batch, null, batch.stopGrace());
        if (batch.deadline() != null) {
            // On the pod and not on the Job: that would remove the pod, and with it how it ended.
            template.getSpec().setActiveDeadlineSeconds(Math.max(1, seconds(batch.deadline())));
        }
        template.getSpec().setRestartPolicy("Never");
        return new JobBuilder()
                .withMetadata(metadata(batch, template))
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
        var template = template(service, service.readiness(), grace);
        var drain = seconds(service.drainDeadline());
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
        return new DeploymentBuilder()
                .withMetadata(metadata(service, template))
                .withNewSpec()
                .withReplicas(service.replicas())
                .withRevisionHistoryLimit(0)
                .withNewSelector()
                .withMatchLabels(selector(service))
                .endSelector()
                .withTemplate(template)
                .endSpec()
                .build();
    }

    /** What may not be shown, apart from the pod that uses it; empty without such variables. */
    List<Secret> secrets(Workload workload) {
        if (workload.program().secrets().isEmpty()) {
            return List.of();
        }
        return List.of(new SecretBuilder()
                .withNewMetadata()
                .withName(Labels.secretName(workload.id()))
                .withNamespace(workload.id().namespace().value())
                .withLabels(labels.of(workload.id()))
                .endMetadata()
                .withStringData(workload.program().secrets())
                .build());
    }

    private Map<String, String> selector(Workload workload) {
        var selector = new TreeMap<>(labels.of(workload.id()));
        selector.keySet().retainAll(List.of(Labels.WORKLOAD, Labels.KIND, Labels.INSTANCE));
        return selector;
    }

    private ObjectMeta metadata(Workload workload, PodTemplateSpec template) {
        return new ObjectMetaBuilder()
                .withName(Labels.objectName(workload.id()))
                .withNamespace(workload.id().namespace().value())
                .withLabels(labels.of(workload.id()))
                .addToAnnotations(Labels.WORKLOAD, workload.id().name())
                .addToAnnotations(Labels.SPEC_HASH, digest(template))
                .build();
    }

    private static String digest(PodTemplateSpec template) {
        try {
            return Labels.digest(JSON.writeValueAsString(template));
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private PodTemplateSpec template(Workload workload, @Nullable Readiness readiness, Duration grace) {
        var user = settings.user();
        var spec = new PodSpecBuilder()
                .withContainers(container(workload, readiness))
                .withVolumes(volumes())
                .withAutomountServiceAccountToken(false)
                .withEnableServiceLinks(false)
                // Somebody has to be process 1: a program that is ignores every signal that it does not handle.
                .withShareProcessNamespace(true)
                .withTerminationGracePeriodSeconds(Math.max(1, seconds(grace)))
                .withTolerations(devices(workload.resources()))
                .withNewSecurityContext()
                .withRunAsNonRoot(true)
                .withRunAsUser(user)
                .withRunAsGroup(user)
                .withFsGroup(user)
                .withNewSeccompProfile()
                .withType("RuntimeDefault")
                .endSeccompProfile()
                .endSecurityContext();
        if (readiness != null) {
            spec.addNewTopologySpreadConstraint()
                    .withMaxSkew(1)
                    .withTopologyKey("kubernetes.io/hostname")
                    .withWhenUnsatisfiable("ScheduleAnyway")
                    .withNewLabelSelector()
                    .withMatchLabels(selector(workload))
                    .endLabelSelector()
                    .endTopologySpreadConstraint();
        }
        return new PodTemplateSpecBuilder()
                .withNewMetadata()
                .withLabels(labels.of(workload.id()))
                .addToAnnotations(Labels.WORKLOAD, workload.id().name())
                .endMetadata()
                .withSpec(spec.build())
                .build();
    }

    private Container container(Workload workload, @Nullable Readiness readiness) {
        var entry = workload.program().entry();
        var own = !(entry instanceof Program.Image);
        var container = new ContainerBuilder()
                .withName(CONTAINER)
                .withImagePullPolicy("IfNotPresent")
                .withEnv(environment(workload, readiness != null))
                .withVolumeMounts(mounts())
                .withResources(resources(workload.resources()))
                .withTerminationMessagePath(LAST_WORDS)
                .withTerminationMessagePolicy("FallbackToLogsOnError")
                .withNewSecurityContext()
                .withAllowPrivilegeEscalation(false)
                .withReadOnlyRootFilesystem(own)
                .withNewCapabilities()
                .withDrop("ALL")
                .endCapabilities()
                .endSecurityContext();
        start(container, entry);
        if (readiness != null) {
            container.addNewPort().withContainerPort(PORT).endPort().withReadinessProbe(probe(readiness));
        }
        if (own) {
            container.withWorkingDir(WORK);
        }
        if (!workload.program().secrets().isEmpty()) {
            container
                    .addNewEnvFrom()
                    .withNewSecretRef()
                    .withName(Labels.secretName(workload.id()))
                    .endSecretRef()
                    .endEnvFrom();
        }
        return container.build();
    }

    private void start(ContainerBuilder container, Program.Entry entry) {
        switch (entry) {
            case Program.Launcher(var arguments) ->
                container
                        .withImage(settings.runtimeImage())
                        .withCommand(merged(Stream.concat(Stream.of("python3", LAUNCHER), arguments.stream())
                                .toList()));
            case Program.Command(var arguments) ->
                container.withImage(settings.runtimeImage()).withCommand(merged(arguments));
            case Program.Image(var reference, var arguments) ->
                container
                        .withImage(reference)
                        .withCommand(arguments.stream().map(Manifests::literal).toList());
        }
    }

    /** Two pipes to one log lose the order of what went through them. */
    private static List<String> merged(List<String> command) {
        var all = new ArrayList<>(List.of("sh", "-c", "exec \"$@\" 2>&1", "sh"));
        command.forEach(argument -> all.add(literal(argument)));
        return all;
    }

    /** Kubernetes puts in the value of another variable for $(NAME), and one dollar for two, in commands too. */
    private static String literal(String text) {
        return text.replace("$", "$$");
    }

    /** Nodes with devices are commonly kept free for those who ask for them. */
    private static List<Toleration> devices(Resources declared) {
        return declared.gpu().keySet().stream()
                .map(name -> new TolerationBuilder()
                        .withKey(name)
                        .withOperator("Exists")
                        .withEffect("NoSchedule")
                        .build())
                .toList();
    }

    private static Probe probe(Readiness readiness) {
        var probe = new ProbeBuilder()
                .withPeriodSeconds(Math.toIntExact(Math.max(1, seconds(readiness.period()))))
                .withTimeoutSeconds(Math.toIntExact(Math.max(1, seconds(readiness.timeout()))))
                .withFailureThreshold(readiness.failures());
        return readiness.path().isEmpty()
                ? probe.withNewTcpSocket().withNewPort(PORT).endTcpSocket().build()
                : probe.withNewHttpGet()
                        .withPath(readiness.path())
                        .withNewPort(PORT)
                        .endHttpGet()
                        .build();
    }

    /** From weakest to strongest: what is passed on, defaults, the program's own, the contract of every adapter. */
    private List<EnvVar> environment(Workload workload, boolean listens) {
        var all = new TreeMap<>(passed);
        all.put("PYTHONUNBUFFERED", "1"); // so that a log line appears when it is written
        if (workload.resources().cpuMillis() > 0) {
            // A numeric library that counts the node's cores would start a thread for each.
            var threads = Long.toString(Math.ceilDiv(workload.resources().cpuMillis(), 1000L));
            for (var name : List.of("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")) {
                all.put(name, threads);
            }
        }
        all.putAll(workload.program().environment());
        all.put("HOME", HOME);
        all.put("TIDEWRIGHT_WORKDIR", WORK);
        all.put("TIDEWRIGHT_CACHE", CACHE);
        all.put("TIDEWRIGHT_CACHE_LIMIT", Long.toString(settings.cacheSize().toBytes()));
        all.put("TIDEWRIGHT_TERMINATION_LOG", LAST_WORDS);
        if (listens) {
            all.put("PORT", Integer.toString(PORT));
            all.put("TIDEWRIGHT_BIND", "0.0.0.0"); // requests come by the pod's own address
        }
        return all.entrySet().stream()
                .map(variable -> new EnvVarBuilder()
                        .withName(variable.getKey())
                        .withValue(literal(variable.getValue()))
                        .build())
                .toList();
    }

    private static List<Volume> volumes() {
        return Stream.of("work", "home", "cache", "tmp")
                .map(name -> new VolumeBuilder()
                        .withName(name)
                        .withNewEmptyDir()
                        .endEmptyDir()
                        .build())
                .toList();
    }

    private static List<VolumeMount> mounts() {
        return List.of(mount("work", WORK), mount("home", HOME), mount("cache", CACHE), mount("tmp", "/tmp"));
    }

    private static VolumeMount mount(String name, String path) {
        return new VolumeMountBuilder().withName(name).withMountPath(path).build();
    }

    /** No limit on cpu: what others leave unused is free to take, and what was asked for is kept by the scheduler. */
    private static ResourceRequirements resources(Resources declared) {
        var requests = new TreeMap<String, Quantity>();
        var limits = new TreeMap<String, Quantity>();
        if (declared.cpuMillis() > 0) {
            requests.put("cpu", new Quantity(declared.cpu()));
        }
        if (declared.memoryBytes() > 0) {
            requests.put("memory", new Quantity(Long.toString(declared.memoryBytes())));
            limits.put("memory", new Quantity(Long.toString(declared.memoryBytes())));
        }
        declared.gpu().forEach((name, count) -> {
            requests.put(name, new Quantity(Long.toString(count)));
            limits.put(name, new Quantity(Long.toString(count)));
        });
        return new ResourceRequirementsBuilder()
                .withRequests(requests)
                .withLimits(limits)
                .build();
    }

    /** Rounded up: Kubernetes counts in whole seconds. */
    private static long seconds(Duration duration) {
        return Math.ceilDiv(duration.toMillis(), 1000L);
    }
}
