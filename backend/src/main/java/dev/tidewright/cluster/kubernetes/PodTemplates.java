package dev.tidewright.cluster.kubernetes;

import dev.tidewright.cluster.Program;
import dev.tidewright.cluster.Readiness;
import dev.tidewright.cluster.Workload;
import dev.tidewright.kernel.Quantities;
import dev.tidewright.kernel.Resources;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.PodSecurityContextBuilder;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.TolerationBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The pods that workloads run in. Pure. */
final class PodTemplates {

    static final String HOME = "/home/tidewright";
    static final String WORK = "/tidewright/work";
    private static final String CACHE = "/tidewright/cache";
    static final String LAST_WORDS = "/dev/termination-log";
    static final String LAUNCHER = "/opt/tidewright/launcher/launch.py";

    private final Labels labels;
    private final KubernetesSettings settings;
    private final SortedMap<String, String> passed;

    PodTemplates(Labels labels, KubernetesSettings settings, Map<String, String> passed) {
        this.labels = labels;
        this.settings = settings;
        this.passed = new TreeMap<>(passed);
    }

    /**
     * @param readiness null for what runs once
     * @param grace from when it is told to go until it is ended by force
     */
    PodTemplateSpec of(Workload workload, @Nullable Readiness readiness, Duration grace) {
        var spec = new PodSpecBuilder()
                .withInitContainers(Carriers.of(workload, settings.runtimeImage(), environment(workload, false)))
                .withContainers(container(workload, readiness))
                .withVolumes(volumes(settings))
                .withServiceAccountName(NamespaceManifests.ACCOUNT)
                .withAutomountServiceAccountToken(false)
                .withEnableServiceLinks(false)
                // Somebody has to be process 1: a program that is ignores every signal that it does not handle.
                .withShareProcessNamespace(true)
                .withTerminationGracePeriodSeconds(Math.max(1, seconds(grace)))
                .withTolerations(tolerations(workload))
                .withNodeSelector(nonEmpty(workload.program().pod().nodeSelector()))
                .withImagePullSecrets(workload.program().pod().imagePullSecrets().stream()
                        .map(LocalObjectReference::new)
                        .toList())
                .withSecurityContext(nobody());
        if (readiness != null) {
            spec.addNewTopologySpreadConstraint()
                    .withMaxSkew(1)
                    .withTopologyKey("kubernetes.io/hostname")
                    .withWhenUnsatisfiable("ScheduleAnyway")
                    .withNewLabelSelector()
                    .withMatchLabels(labels.selector(workload.id()))
                    .endLabelSelector()
                    .endTopologySpreadConstraint();
        }
        return new PodTemplateSpecBuilder()
                .withNewMetadata()
                .withLabels(labels.of(workload.id()))
                .addToAnnotations(Labels.WORKLOAD, workload.id().name())
                .addToAnnotations(Carriers.annotations(workload))
                .endMetadata()
                .withSpec(spec.build())
                .build();
    }

    private PodSecurityContext nobody() {
        var user = settings.user();
        return new PodSecurityContextBuilder()
                .withRunAsNonRoot(true)
                .withRunAsUser(user)
                .withRunAsGroup(user)
                .withFsGroup(user)
                .withNewSeccompProfile()
                .withType("RuntimeDefault")
                .endSeccompProfile()
                .build();
    }

    private Container container(Workload workload, @Nullable Readiness readiness) {
        var entry = workload.program().entry();
        var own = !(entry instanceof Program.Image);
        var container = new ContainerBuilder()
                .withName(Manifests.CONTAINER)
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
            container.addNewPort().withContainerPort(Manifests.PORT).endPort().withReadinessProbe(probe(readiness));
        }
        if (own) {
            container.withWorkingDir(WORK);
        }
        giveSecrets(container, workload);
        return container.build();
    }

    static void giveSecrets(ContainerBuilder container, Workload workload) {
        if (!workload.program().secrets().isEmpty()) {
            container
                    .addNewEnvFrom()
                    .withNewSecretRef()
                    .withName(Labels.besidesName(workload.id()))
                    .endSecretRef()
                    .endEnvFrom();
        }
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
            case Program.Image(var reference, var arguments, var carried, var startsInSource) ->
                container
                        .withImage(reference)
                        .withWorkingDir(startsInSource ? Carriers.SOURCE : null)
                        .withCommand(
                                arguments.stream().map(PodTemplates::literal).toList());
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
    private static List<Toleration> tolerations(Workload workload) {
        var devices = workload.resources().gpu().keySet().stream()
                .map(name -> new TolerationBuilder()
                        .withKey(name)
                        .withOperator("Exists")
                        .withEffect("NoSchedule")
                        .build());
        var asked = workload.program().pod().tolerations().stream()
                .map(borne -> new TolerationBuilder()
                        .withKey(borne.key())
                        .withOperator(borne.operator())
                        .withValue(borne.value())
                        .withEffect(borne.effect())
                        .withTolerationSeconds(borne.tolerationSeconds())
                        .build());
        return Stream.concat(devices, asked).distinct().toList();
    }

    /** An empty one is left out: it would be another text, and with it another hash. */
    private static @Nullable Map<String, String> nonEmpty(Map<String, String> pairs) {
        return pairs.isEmpty() ? null : pairs;
    }

    private static Probe probe(Readiness readiness) {
        var probe = new ProbeBuilder()
                .withPeriodSeconds(Math.toIntExact(Math.max(1, seconds(readiness.period()))))
                .withTimeoutSeconds(Math.toIntExact(Math.max(1, seconds(readiness.timeout()))))
                .withFailureThreshold(readiness.failures());
        return readiness.path().isEmpty()
                ? probe.withNewTcpSocket()
                        .withNewPort(Manifests.PORT)
                        .endTcpSocket()
                        .build()
                : probe.withNewHttpGet()
                        .withPath(readiness.path())
                        .withNewPort(Manifests.PORT)
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
        var own = all.get("TIDEWRIGHT_API");
        if (own != null && !settings.api().isEmpty()) {
            // Under whatever names a program is told where the platform is.
            all.replaceAll((name, value) -> value.equals(own) ? settings.api() : value);
        }
        if (Carriers.isCarried(workload)) {
            all.putAll(Carriers.places());
        }
        all.put("HOME", HOME);
        all.put("TIDEWRIGHT_WORKDIR", WORK);
        all.put("TIDEWRIGHT_CACHE", CACHE);
        all.put("TIDEWRIGHT_CACHE_LIMIT", Long.toString(settings.cacheSize().toBytes()));
        all.put("TIDEWRIGHT_TERMINATION_LOG", LAST_WORDS);
        if (listens) {
            all.put("PORT", Integer.toString(Manifests.PORT));
            all.put("TIDEWRIGHT_BIND", "0.0.0.0"); // requests come by the pod's own address
        }
        return all.entrySet().stream()
                .map(variable -> new EnvVarBuilder()
                        .withName(variable.getKey())
                        .withValue(literal(variable.getValue()))
                        .build())
                .toList();
    }

    /** None may fill the node's disk, which would have others taken away too. */
    private static List<Volume> volumes(KubernetesSettings settings) {
        var scratch = settings.scratchSize().toBytes();
        var cache = Math.max(settings.cacheSize().toBytes(), scratch);
        return List.of(
                folder("work", scratch), folder("home", scratch), folder("cache", cache), folder("tmp", scratch));
    }

    private static Volume folder(String name, long bytes) {
        return new VolumeBuilder()
                .withName(name)
                .withNewEmptyDir()
                .withSizeLimit(new Quantity(Quantities.memory(bytes)))
                .endEmptyDir()
                .build();
    }

    private static List<VolumeMount> mounts() {
        return List.of(mount("work", WORK), mount("home", HOME), mount("cache", CACHE), mount("tmp", "/tmp"));
    }

    static VolumeMount mount(String name, String path) {
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
    static long seconds(Duration duration) {
        return Math.ceilDiv(duration.toMillis(), 1000L);
    }
}
