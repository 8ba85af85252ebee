package dev.tidewright.cluster.kubernetes;

import dev.tidewright.cluster.Program;
import dev.tidewright.cluster.Workload;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The launcher's two containers around one of an image: {@code fetch} before it, and {@code carry}, a sidecar that
 * Kubernetes tells to end when the program has. They share the work folder with it, and their image is ours. Pure.
 */
final class Carriers {

    static final String SOURCE = PodTemplates.WORK + "/source";

    /** What outputs may take on their way home; within it the pod is not over. */
    static final Duration TIME = Duration.ofMinutes(10);

    /** Some seconds of it are for the last sentence. */
    private static final Duration RESERVE = Duration.ofSeconds(15);

    private static final String FETCH = "fetch";
    private static final String CARRY = "carry";
    private static final String STOP_GRACE = "tidewright.dev/stop-grace-seconds";

    /**
     * The shell listens from its first moment, so that a program that ends at once is heard of too. A wait that a signal
     * interrupts is waited for again.
     */
    private static final String TELLING = "trap 'touch \"$TIDEWRIGHT_WORKDIR/.over\"' TERM; python3 "
            + PodTemplates.LAUNCHER
            + " carry & pid=$!; while kill -0 $pid 2>/dev/null; do wait $pid; code=$?; done; exit $code";

    private Carriers() {}

    static boolean isCarried(Workload workload) {
        return workload.program().entry() instanceof Program.Image image && image.carried();
    }

    /** What the program is told. */
    static Map<String, String> places() {
        return Map.of(
                "TIDEWRIGHT_SOURCE", SOURCE,
                "TIDEWRIGHT_OUTPUT", PodTemplates.WORK + "/output",
                "TIDEWRIGHT_PARAMETERS", PodTemplates.WORK + "/parameters.json");
    }

    /** @param environment of the program: what is the platform's of it is theirs too, and what is the user's is not */
    static List<Container> of(Workload workload, String image, List<EnvVar> environment) {
        if (!isCarried(workload)) {
            return List.of();
        }
        var own = workload.program().environment().keySet();
        var told = new ArrayList<>(environment.stream()
                .filter(variable -> variable.getName().startsWith("TIDEWRIGHT_") || !own.contains(variable.getName()))
                .toList());
        told.add(new EnvVarBuilder()
                .withName("TIDEWRIGHT_CARRY_SECONDS")
                .withValue(Long.toString(TIME.minus(RESERVE).toSeconds()))
                .build());
        return List.of(
                container(workload, image, told, FETCH)
                        .withCommand("python3", PodTemplates.LAUNCHER, FETCH)
                        .build(),
                container(workload, image, told, CARRY)
                        .withCommand("sh", "-c", TELLING)
                        .withRestartPolicy("Always")
                        .build());
    }

    private static ContainerBuilder container(Workload workload, String image, List<EnvVar> environment, String name) {
        var container = new ContainerBuilder()
                .withName(name)
                .withImage(image)
                .withImagePullPolicy("IfNotPresent")
                .withEnv(environment)
                .withVolumeMounts(
                        PodTemplates.mount("work", PodTemplates.WORK),
                        PodTemplates.mount("cache", "/tidewright/cache"),
                        PodTemplates.mount("home", PodTemplates.HOME))
                .withTerminationMessagePath(PodTemplates.LAST_WORDS)
                .withTerminationMessagePolicy("FallbackToLogsOnError")
                .withNewResources()
                .withRequests(Map.of("cpu", new Quantity("10m"), "memory", new Quantity("64Mi")))
                .withLimits(Map.of("memory", new Quantity("512Mi")))
                .endResources()
                .withNewSecurityContext()
                .withAllowPrivilegeEscalation(false)
                .withReadOnlyRootFilesystem(true)
                .withNewCapabilities()
                .withDrop("ALL")
                .endCapabilities()
                .endSecurityContext();
        PodTemplates.giveSecrets(container, workload);
        return container;
    }

    static Map<String, String> annotations(Workload workload) {
        return isCarried(workload)
                ? Map.of(STOP_GRACE, Long.toString(Math.max(1, PodTemplates.seconds(workload.stopGrace()))))
                : Map.of();
    }

    /** How long a program may take that is told to go, where its pod has longer; empty for pods without carriers. */
    static Optional<Long> stopGrace(Pod pod) {
        var annotations = pod.getMetadata().getAnnotations();
        return Optional.ofNullable(annotations == null ? null : annotations.get(STOP_GRACE))
                .map(Long::valueOf);
    }

    /** Why the program never began: what it was to begin with could not be fetched. */
    static Optional<ContainerStateTerminated> unfetched(Pod pod) {
        return failed(pod, FETCH);
    }

    /** How bringing home went wrong. */
    static Optional<ContainerStateTerminated> left(Pod pod) {
        return failed(pod, CARRY);
    }

    private static Optional<ContainerStateTerminated> failed(Pod pod, String name) {
        return statuses(pod)
                .filter(status -> status.getName().equals(name))
                .map(status -> status.getState().getTerminated())
                .filter(end -> end != null && end.getExitCode() != 0)
                .findFirst();
    }

    private static Stream<ContainerStatus> statuses(Pod pod) {
        @Nullable List<ContainerStatus> all = pod.getStatus().getInitContainerStatuses();
        return all == null ? Stream.empty() : all.stream();
    }
}
