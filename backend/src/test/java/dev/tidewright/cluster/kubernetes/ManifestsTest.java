package dev.tidewright.cluster.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.tidewright.cluster.PodFields;
import dev.tidewright.cluster.Program;
import dev.tidewright.cluster.Readiness;
import dev.tidewright.cluster.Toleration;
import dev.tidewright.cluster.Workload;
import dev.tidewright.cluster.WorkloadId;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Resources;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestsTest {

    private static final Program.Entry COMMAND = new Program.Command(List.of("python3", "train.py"));
    private static final Resources SMALL = Resources.of("1500m", "2Gi", Map.of("nvidia.com/gpu", 1L));
    private static final String DIGEST = "54f319d4";

    private final Manifests manifests = manifests(Map.of("PIP_INDEX_URL", "http://pypi", "UV_INDEX_URL", "http://uv"));

    @Test
    void theSameWorkloadIsTheSameTextInWhateverOrderItsMapsAre() {
        var forth = entries("A", "B", "C", "D", "E", "F", "G", "H");
        var back = entries("H", "G", "F", "E", "D", "C", "B", "A");
        var first = manifests(forth).job(batch(new Program(COMMAND, forth, forth)));
        var second = manifests(back).job(batch(new Program(COMMAND, back, back)));
        assertThat(Serialization.asJson(second)).isEqualTo(Serialization.asJson(first));
        assertThat(hash(second)).isEqualTo(hash(first)).hasSize(64);
        assertThat(Serialization.asJson(manifests(back).secrets(batch(new Program(COMMAND, back, back)))))
                .isEqualTo(Serialization.asJson(manifests(forth).secrets(batch(new Program(COMMAND, forth, forth)))));
    }

    /** A platform that restarts compares hashes: another one for the same workload would be taken for a change. */
    @Test
    void theHashIsTheSameInEveryProcessAndRelease() {
        assertThat(hash(manifests.job(batch(new Program(COMMAND, Map.of("A", "1"), Map.of())))))
                .startsWith(DIGEST);
    }

    @Test
    void anotherProgramHasAnotherHash() {
        var one = hash(manifests.job(batch(new Program(COMMAND, Map.of("A", "1"), Map.of()))));
        assertThat(hash(manifests.job(batch(new Program(COMMAND, Map.of("A", "2"), Map.of())))))
                .isNotEqualTo(one);
    }

    @Test
    void aServiceWithMoreReplicasHasTheSameHash() {
        assertThat(hash(manifests.deployment(service(5, Readiness.OPEN_PORT))))
                .isEqualTo(hash(manifests.deployment(service(1, Readiness.OPEN_PORT))));
    }

    @Test
    void secretsAreInTheSecretAndNowhereElse() {
        var one = batch(new Program(COMMAND, Map.of(), Map.of("TOKEN", "s3cr3t-1")));
        var two = batch(new Program(COMMAND, Map.of(), Map.of("TOKEN", "s3cr3t-2")));
        assertThat(Serialization.asJson(manifests.job(one)))
                .doesNotContain("s3cr3t")
                .doesNotContain("TOKEN");
        assertThat(hash(manifests.job(two))).isEqualTo(hash(manifests.job(one)));
        var secret = manifests.secrets(one).getFirst();
        assertThat(secret.getStringData()).containsExactlyEntriesOf(Map.of("TOKEN", "s3cr3t-1"));
        assertThat(container(manifests.job(one).getSpec().getTemplate().getSpec())
                        .getEnvFrom())
                .singleElement()
                .satisfies(from -> assertThat(from.getSecretRef().getName())
                        .isEqualTo(secret.getMetadata().getName()));
        assertThat(manifests.secrets(batch(program("a")))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 45, 46, 47, 63, 200})
    void namesAndLabelsAreShortEnoughForAPodAndItsHost(int length) {
        var name = "n".repeat(length - 1) + "9";
        var id = new WorkloadId(new Name("demo"), "revision", name);
        var object = manifests.deployment(service(id, 1, Readiness.OPEN_PORT));
        var made = object.getMetadata().getName();
        assertThat(made.length() + 17).isLessThanOrEqualTo(63);
        assertThat(made.equals(name)).isEqualTo(length <= 46);
        assertThat(object.getMetadata().getLabels().values()).allMatch(label -> label.length() <= 63);
        assertThat(Labels.besidesName(id).length()).isLessThanOrEqualTo(63);
        assertThat(new Labels("tidewright").workload(object)).contains(id);
    }

    @Test
    void longNamesThatBeginAlikeStayApartAndKeepTheirDigest() {
        var one = Labels.objectName(new WorkloadId(new Name("demo"), "job", "n".repeat(60) + "-a1"));
        var two = Labels.objectName(new WorkloadId(new Name("demo"), "job", "n".repeat(60) + "-a2"));
        assertThat(one).isNotEqualTo(two).hasSize(46).isEqualTo("n".repeat(35) + "-" + one.substring(36));
        assertThat(Labels.objectName(new WorkloadId(new Name("other"), "job", "n".repeat(60) + "-a1")))
                .isEqualTo(one);
    }

    @Test
    void objectsOfAnotherPlatformAreNotOurs() {
        var job = manifests.job(batch(program("a")));
        assertThat(new Labels("tidewright").workload(job)).isPresent();
        assertThat(new Labels("another").workload(job)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"$(HOME),$$(HOME)", "$$(HOME),$$$$(HOME)", "a$b,a$$b", "$$,$$$$", "^x$,^x$$", "plain,plain"})
    void dollarsReachTheProgramAsTheyAre(String written, String escaped) {
        var entry = new Program.Command(List.of("echo", written));
        var made = container(job(new Program(entry, Map.of("A", written), Map.of())));
        assertThat(variable(made, "A")).isEqualTo(escaped);
        assertThat(made.getCommand()).containsExactly("sh", "-c", "exec \"$@\" 2>&1", "sh", "echo", escaped);
        var image = container(job(new Program(new Program.Image("i", List.of("echo", written)), Map.of(), Map.of())));
        assertThat(image.getCommand()).containsExactly("echo", escaped);
    }

    @Test
    void theContractOfEveryAdapterIsStrongerThanTheProgram() {
        var made = container(job(new Program(COMMAND, Map.of("HOME", "/root", "OMP_NUM_THREADS", "7"), Map.of())));
        assertThat(variable(made, "HOME")).isEqualTo("/home/tidewright");
        assertThat(variable(made, "OMP_NUM_THREADS")).isEqualTo("7");
        assertThat(variable(made, "MKL_NUM_THREADS")).isEqualTo("2");
        assertThat(variable(made, "PIP_INDEX_URL")).isEqualTo("http://pypi");
        assertThat(variable(made, "PORT")).isNull();
        assertThat(made.getEnv()).extracting(EnvVar::getName).isSorted();
        var service = manifests.deployment(service(1, Readiness.OPEN_PORT));
        assertThat(variable(container(service.getSpec().getTemplate().getSpec()), "PORT"))
                .isEqualTo("8080");
    }

    @Test
    void aBatchIsTriedOnceAndItsDeadlineIsThePods() {
        var spec = manifests.job(batch(program("a"), Duration.ofMillis(1500))).getSpec();
        assertThat(spec.getBackoffLimit()).isZero();
        assertThat(spec.getActiveDeadlineSeconds()).isNull();
        assertThat(spec.getPodReplacementPolicy()).isEqualTo("Failed");
        assertThat(spec.getTtlSecondsAfterFinished()).isEqualTo(86_400);
        var pod = spec.getTemplate().getSpec();
        assertThat(pod.getActiveDeadlineSeconds()).isEqualTo(2);
        assertThat(pod.getTerminationGracePeriodSeconds()).isEqualTo(10);
        assertThat(pod.getRestartPolicy()).isEqualTo("Never");
        assertThat(manifests
                        .job(batch(program("a"), Duration.ZERO))
                        .getSpec()
                        .getTemplate()
                        .getSpec())
                .extracting(PodSpec::getActiveDeadlineSeconds)
                .isEqualTo(1L);
        assertThat(job(program("a")).getActiveDeadlineSeconds()).isNull();
    }

    @Test
    void aServiceServesOnForItsDrainDeadlineAndThenHasItsGrace() {
        var pod = manifests
                .deployment(service(1, Readiness.path("/health")))
                .getSpec()
                .getTemplate()
                .getSpec();
        assertThat(container(pod).getLifecycle().getPreStop().getSleep().getSeconds())
                .isEqualTo(30);
        assertThat(pod.getTerminationGracePeriodSeconds()).isEqualTo(40);
    }

    @Test
    void replicasAreTakenOffANodeOneAfterAnother() {
        var service = service(3, Readiness.path("/health"));
        var budget = manifests.disruptions(service.id()).getSpec();
        assertThat(budget.getMaxUnavailable().getIntVal()).isEqualTo(1);
        assertThat(budget.getSelector())
                .isEqualTo(manifests.deployment(service).getSpec().getSelector());
    }

    @Test
    void itsServiceLeadsToThePortOfItsPodsAndHasNoAddressOfItsOwn() {
        var service = service(3, Readiness.path("/health"));
        var spec = manifests.service(service.id()).getSpec();
        assertThat(spec.getClusterIP()).isEqualTo("None");
        assertThat(spec.getSelector())
                .isEqualTo(manifests.deployment(service).getSpec().getSelector().getMatchLabels());
        assertThat(spec.getPorts())
                .singleElement()
                .extracting(port -> port.getTargetPort().getIntVal())
                .isEqualTo(container(manifests
                                .deployment(service)
                                .getSpec()
                                .getTemplate()
                                .getSpec())
                        .getPorts()
                        .getFirst()
                        .getContainerPort());
        assertThat(manifests.besides(service)).extracting(HasMetadata::getKind).contains("Service");
        assertThat(manifests.besides(service.id()))
                .extracting(HasMetadata::getKind)
                .contains("Service");
    }

    @Test
    void whatIsSaidOfThePodIsInItAndNothingElse() {
        var fields = PodFields.of(
                Map.of("disk", "ssd"),
                List.of(
                        Toleration.of("gpu", null, "a100", "NoSchedule", null),
                        Toleration.of("nvidia.com/gpu", "Exists", null, "NoSchedule", null)),
                List.of("registry-token"));
        var program = new Program(COMMAND, Map.of(), Map.of(), fields);
        var pod = manifests.job(batch(program)).getSpec().getTemplate().getSpec();
        assertThat(pod.getNodeSelector()).containsExactly(Map.entry("disk", "ssd"));
        assertThat(pod.getTolerations())
                .extracting(one -> one.getKey() + " " + one.getOperator() + " " + one.getValue())
                .containsExactly("nvidia.com/gpu Exists null", "gpu Equal a100");
        assertThat(pod.getImagePullSecrets())
                .extracting(secret -> secret.getName())
                .containsExactly("registry-token");
        assertThat(hash(manifests.job(batch(program))))
                .isNotEqualTo(hash(manifests.job(batch(new Program(COMMAND, Map.of(), Map.of())))));
    }

    /** Another address of the platform is no other program: a restart may bring one. */
    @Test
    void aProgramIsToldWherePodsReachThePlatformUnderEveryNameThatItKnowsItBy() {
        var settings = GoldenWorkloads.settings().reachedAt("http://platform:80");
        var manifests = new Manifests(new Labels("tidewright"), settings, Map.of());
        var own = manifests.job(batch(told("http://127.0.0.1:8080")));
        assertThat(container(own.getSpec().getTemplate().getSpec()).getEnv())
                .filteredOn(variable -> List.of("TIDEWRIGHT_API", "MLFLOW_TRACKING_URI", "OTHER")
                        .contains(variable.getName()))
                .extracting(EnvVar::getName, EnvVar::getValue)
                .containsExactly(
                        tuple("MLFLOW_TRACKING_URI", "http://platform:80"),
                        tuple("OTHER", "http://127.0.0.1:80"),
                        tuple("TIDEWRIGHT_API", "http://platform:80"));
        assertThat(hash(manifests.job(batch(told("http://10.0.0.9:8080"))))).isEqualTo(hash(own));
    }

    private static Program told(String address) {
        return new Program(
                COMMAND,
                Map.of("TIDEWRIGHT_API", address, "MLFLOW_TRACKING_URI", address, "OTHER", "http://127.0.0.1:80"),
                Map.of());
    }

    @Test
    void aroundAnImageTheLauncherFetchesAndCarries() {
        var entry = new Program.Image("plain:1", List.of("/run"), true, true);
        var program =
                new Program(entry, Map.of("TIDEWRIGHT_API", "http://api", "PYTHONHOME", "/mine"), Map.of("T", "t"));
        var pod = manifests.job(batch(program)).getSpec().getTemplate();
        var spec = pod.getSpec();
        assertThat(spec.getInitContainers())
                .extracting(Container::getName, Container::getRestartPolicy, Container::getImage)
                .containsExactly(
                        tuple("fetch", null, "localhost/tidewright-runtime:dev"),
                        tuple("carry", "Always", "localhost/tidewright-runtime:dev"));
        assertThat(spec.getInitContainers()).allSatisfy(one -> {
            assertThat(one.getEnv())
                    .extracting(EnvVar::getName)
                    .contains("TIDEWRIGHT_API")
                    .doesNotContain("PYTHONHOME");
            assertThat(one.getEnvFrom()).hasSize(1);
            assertThat(one.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
        });
        assertThat(container(spec).getWorkingDir()).isEqualTo(PodTemplates.WORK + "/source");
        assertThat(container(spec).getEnv())
                .extracting(EnvVar::getName)
                .contains("PYTHONHOME", "TIDEWRIGHT_SOURCE", "TIDEWRIGHT_OUTPUT", "TIDEWRIGHT_PARAMETERS");
        assertThat(spec.getTerminationGracePeriodSeconds()).isEqualTo(600);
        assertThat(pod.getMetadata().getAnnotations()).containsEntry("tidewright.dev/stop-grace-seconds", "10");
        var bare = manifests.job(batch(new Program(new Program.Image("plain:1", List.of()), Map.of(), Map.of())));
        assertThat(bare.getSpec().getTemplate().getSpec().getInitContainers()).isEmpty();
    }

    @Test
    void workRunsAsAnAccountOfItsOwn() {
        var pod = manifests
                .deployment(service(1, Readiness.path("/health")))
                .getSpec()
                .getTemplate()
                .getSpec();
        assertThat(pod.getServiceAccountName()).isEqualTo(NamespaceManifests.ACCOUNT);
    }

    @Test
    void aServiceThatNeedNotDrainHasNoSleepThatOlderClustersRefuse() {
        var none = new Workload.Service(
                id("a"), program("a"), SMALL, Duration.ZERO, 1, Readiness.OPEN_PORT, Duration.ZERO);
        var pod = manifests.deployment(none).getSpec().getTemplate().getSpec();
        assertThat(container(pod).getLifecycle()).isNull();
        assertThat(pod.getTerminationGracePeriodSeconds()).isEqualTo(1);
    }

    @Test
    void readinessIsAskedForOverHttpOrByAnOpenPort() {
        var http = container(manifests
                        .deployment(service(
                                1, new Readiness("/health", Duration.ofMillis(500), Duration.ofMillis(2500), 4)))
                        .getSpec()
                        .getTemplate()
                        .getSpec())
                .getReadinessProbe();
        assertThat(http.getHttpGet().getPath()).isEqualTo("/health");
        assertThat(http.getHttpGet().getPort().getIntVal()).isEqualTo(8080);
        assertThat(http.getPeriodSeconds()).isEqualTo(1);
        assertThat(http.getTimeoutSeconds()).isEqualTo(3);
        assertThat(http.getFailureThreshold()).isEqualTo(4);
        var port = container(manifests
                        .deployment(service(1, Readiness.OPEN_PORT))
                        .getSpec()
                        .getTemplate()
                        .getSpec())
                .getReadinessProbe();
        assertThat(port.getHttpGet()).isNull();
        assertThat(port.getTcpSocket().getPort().getIntVal()).isEqualTo(8080);
    }

    @Test
    void podsAreWhatTheRestrictedStandardAsksFor() {
        var image = new Program(new Program.Image("registry/team/model:1", List.of()), Map.of(), Map.of());
        for (var pod : List.of(
                job(program("a")),
                job(image),
                manifests
                        .deployment(service(1, Readiness.OPEN_PORT))
                        .getSpec()
                        .getTemplate()
                        .getSpec())) {
            var context = pod.getSecurityContext();
            assertThat(context.getRunAsNonRoot()).isTrue();
            assertThat(context.getRunAsUser()).isEqualTo(65532);
            assertThat(context.getFsGroup()).isEqualTo(65532);
            assertThat(context.getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
            assertThat(pod.getAutomountServiceAccountToken()).isFalse();
            assertThat(pod.getEnableServiceLinks()).isFalse();
            assertThat(pod.getHostNetwork()).isNull();
            assertThat(pod.getVolumes())
                    .extracting(volume ->
                            volume.getName() + " " + volume.getEmptyDir().getSizeLimit())
                    .containsExactly("work 5Gi", "home 5Gi", "cache 10Gi", "tmp 5Gi");
            var own = container(pod).getSecurityContext();
            assertThat(own.getAllowPrivilegeEscalation()).isFalse();
            assertThat(own.getCapabilities().getDrop()).containsExactly("ALL");
            assertThat(own.getPrivileged()).isNull();
        }
        assertThat(container(job(program("a"))).getSecurityContext().getReadOnlyRootFilesystem())
                .isTrue();
        assertThat(container(job(image)).getSecurityContext().getReadOnlyRootFilesystem())
                .isFalse();
        assertThat(container(job(image)).getCommand()).isEmpty();
    }

    @Test
    void memoryAndDevicesAreLimitsAndCpuIsNot() {
        var pod = job(program("a"));
        var made = container(pod).getResources();
        assertThat(made.getRequests())
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "cpu", new Quantity("1.5"),
                        "memory", new Quantity("2147483648"),
                        "nvidia.com/gpu", new Quantity("1")));
        assertThat(made.getLimits()).containsOnlyKeys("memory", "nvidia.com/gpu");
        assertThat(pod.getTolerations()).singleElement().satisfies(one -> {
            assertThat(one.getKey()).isEqualTo("nvidia.com/gpu");
            assertThat(one.getOperator()).isEqualTo("Exists");
            assertThat(one.getEffect()).isEqualTo("NoSchedule");
        });
    }

    private static Manifests manifests(Map<String, String> passed) {
        return new Manifests(new Labels("tidewright"), GoldenWorkloads.settings(), passed);
    }

    private static Map<String, String> entries(String... names) {
        var entries = new LinkedHashMap<String, String>();
        for (var name : names) {
            entries.put(name, "value of " + name);
        }
        return entries;
    }

    private static WorkloadId id(String name) {
        return new WorkloadId(new Name("demo"), "revision", name);
    }

    private static Program program(String value) {
        return new Program(COMMAND, Map.of("A", value), Map.of());
    }

    private static Workload.Batch batch(Program program) {
        return batch(program, null);
    }

    private static Workload.Batch batch(Program program, @Nullable Duration deadline) {
        var id = new WorkloadId(new Name("demo"), "job", "train-a1");
        return new Workload.Batch(id, program, SMALL, Duration.ofSeconds(10), deadline);
    }

    private static Workload.Service service(int replicas, Readiness readiness) {
        return service(id("sugar-r3"), replicas, readiness);
    }

    private static Workload.Service service(WorkloadId id, int replicas, Readiness readiness) {
        return new Workload.Service(
                id, program("a"), SMALL, Duration.ofSeconds(10), replicas, readiness, Duration.ofSeconds(30));
    }

    private PodSpec job(Program program) {
        return manifests.job(batch(program)).getSpec().getTemplate().getSpec();
    }

    private static Container container(PodSpec pod) {
        assertThat(pod.getContainers()).hasSize(1);
        return pod.getContainers().getFirst();
    }

    private static @Nullable String variable(Container container, String name) {
        return container.getEnv().stream()
                .filter(one -> one.getName().equals(name))
                .map(EnvVar::getValue)
                .findFirst()
                .orElse(null);
    }

    private static String hash(HasMetadata object) {
        return Labels.specHash(object.getMetadata());
    }
}
