package dev.tidewright.cluster.kubernetes;

import static dev.tidewright.cluster.Eventually.eventually;
import static dev.tidewright.cluster.Eventually.stays;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidewright.cluster.Cluster;
import dev.tidewright.cluster.ClusterAdapter;
import dev.tidewright.cluster.ClusterContract;
import dev.tidewright.cluster.ClusterEvent;
import dev.tidewright.cluster.ClusterUnavailable;
import dev.tidewright.cluster.DrainGate;
import dev.tidewright.cluster.NamespaceRefused;
import dev.tidewright.cluster.Observation;
import dev.tidewright.cluster.PassedEnvironment;
import dev.tidewright.cluster.PodFields;
import dev.tidewright.cluster.Program;
import dev.tidewright.cluster.ReplicaStatus;
import dev.tidewright.cluster.Toleration;
import dev.tidewright.cluster.Workload;
import dev.tidewright.cluster.WorkloadId;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Resources;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReviewBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceList;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The contract on a real Kubernetes. */
class KubernetesClusterIT extends ClusterContract {

    private static final Resources LIMITS = Resources.of("300", "8Gi", null);

    private static TestKubernetes kubernetes;

    @BeforeAll
    static void find() {
        kubernetes = TestKubernetes.find();
    }

    @AfterAll
    static void leaveNothing() {
        if (kubernetes != null) {
            kubernetes.remove(NAMESPACE);
        }
    }

    @Override
    protected Cluster open(DrainGate gate) {
        return open("contract", gate);
    }

    private static Cluster open(String server, DrainGate gate) {
        var cluster = KubernetesConfiguration.open(
                TestKubernetes.logs(server),
                kubernetes.settings(NAMESPACE.value()),
                InstantSource.system(),
                () -> List.of(gate));
        eventually("the namespace is there", () -> {
            try {
                cluster.capacity(NAMESPACE);
                cluster.provision(NAMESPACE, LIMITS);
                return true;
            } catch (ClusterUnavailable notYet) {
                return false;
            }
        });
        return cluster;
    }

    @Override
    protected void close(Cluster cluster) {
        ((KubernetesCluster) cluster).close();
    }

    @Override
    protected int cores() {
        return kubernetes.cores();
    }

    @Override
    protected String ownHost() {
        return kubernetes.ownHost();
    }

    @Test
    void whatIsNotOursIsNeitherTakenOverNorDeleted() {
        assertLeftAlone(batch("theirs", "print('ours')"), Map.of());
    }

    @Test
    void aJobOfOthersThatCarriesOurLabelsIsNeitherTakenOverNorDeleted() {
        var workload = batch("dressed", "print('ours')");
        assertLeftAlone(workload, new Labels(NAMESPACE.value()).of(workload.id()));
    }

    /** A Job of this name and these labels, made by somebody else. */
    private void assertLeftAlone(Workload workload, Map<String, String> labels) {
        var theirs = new JobBuilder()
                .withNewMetadata()
                .withName(workload.id().name())
                .withNamespace(NAMESPACE.value())
                .withLabels(labels)
                .endMetadata()
                .withNewSpec()
                .withSuspend(true)
                .withNewTemplate()
                .withNewSpec()
                .withRestartPolicy("Never")
                .addNewContainer()
                .withName("main")
                .withImage("theirs")
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec()
                .build();
        try (var client = kubernetes.client()) {
            var made = client.resource(theirs).create();
            try {
                cluster.apply(workload);
                stays("refused", Duration.ofSeconds(2), () -> {
                    var seen = cluster.observe(workload.id());
                    return seen.phase() == Observation.Phase.FAILED
                            && seen.message().contains(workload.id().name())
                            && seen.message().contains("not this platform's");
                });
                cluster.delete(workload.id());
                assertThat(client.resource(theirs).get().getMetadata().getUid())
                        .isEqualTo(made.getMetadata().getUid());
            } finally {
                client.resource(theirs).delete();
            }
        }
    }

    /** As kubectl finds it, from the environment; the administrator's key is an elliptic one, as on K3s. */
    @Test
    void aKubeconfigThatIsNotNamedIsFound() {
        System.setProperty("kubeconfig", kubernetes.kubeconfig().toString());
        try (var client = Clients.of(TestKubernetes.settings(Path.of(""), "", "test"))) {
            assertThat(client.namespaces().withName("default").get()).isNotNull();
        } finally {
            System.clearProperty("kubeconfig");
        }
    }

    /** Whatever of them is taken away: what nobody can change shows that it is ours. */
    @Test
    void whatLosesOurMarksGetsThemAgain() {
        var running = batch("marked-job", "print('x'); time.sleep(600)");
        var id = apply(running);
        eventually("runs", () -> phase(id) == Observation.Phase.RUNNING);
        var serving = service("marked-service", server(), 1, quick());
        var served = apply(serving);
        ready(served, 1);
        var most = unmarked(List.of(Labels.INSTANCE, Labels.KIND), List.of(Labels.WORKLOAD));
        var label = unmarked(List.of(Labels.MANAGED_BY), List.of());
        var annotation = unmarked(List.of(), List.of(Labels.WORKLOAD));
        var merge = PatchContext.of(PatchType.JSON_MERGE);
        try (var client = kubernetes.client()) {
            var job = client.batch().v1().jobs().inNamespace(NAMESPACE.value()).withName("marked-job");
            var deployment =
                    client.apps().deployments().inNamespace(NAMESPACE.value()).withName("marked-service");
            var uid = job.get().getMetadata().getUid();
            for (var taken : List.of(most, label, annotation)) {
                job.patch(merge, taken);
                deployment.patch(merge, taken);
                eventually("both have their marks again", () -> {
                    cluster.observe(id);
                    cluster.observe(served);
                    return isMarked(job.get(), id) && isMarked(deployment.get(), served);
                });
                assertThat(cluster.setAside(NAMESPACE)).isEmpty();
                assertThat(phase(id)).isEqualTo(Observation.Phase.RUNNING);
                for (var workload : List.of(running, serving)) {
                    assertThat(cluster.observe(workload.id()).altered())
                            .singleElement()
                            .satisfies(words -> assertThat(words).contains("had been taken away", "put back"));
                    cluster.repair(workload);
                    assertThat(cluster.observe(workload.id()).altered())
                            .as("told once")
                            .isEmpty();
                }
            }
            assertThat(job.get().getMetadata().getUid()).isEqualTo(uid);
            job.patch(merge, label);
            deployment.patch(merge, most);
            cluster.delete(id);
            cluster.delete(served);
            eventually("both are gone", () -> job.get() == null && deployment.get() == null);
        }
    }

    /** Each as its tool does it, with that tool's name. */
    @Test
    void whatOthersDoToADeploymentIsToldOnceAndTakenBack() {
        var wanted = service("meddled", server(), 1, quick());
        var id = apply(wanted);
        ready(id, 1);
        try (var client = kubernetes.client()) {
            var deployment =
                    client.apps().deployments().inNamespace(NAMESPACE.value()).withName("meddled");
            scale(client, NAMESPACE, "meddled", 2);
            assertMended(
                    wanted,
                    "the number of replicas of the Deployment meddled had been set to 2 with kubectl and was put back");
            assertThat(deployment.get().getSpec().getReplicas()).isEqualTo(1);

            patch(
                    deployment,
                    "kubectl-patch",
                    "{\"spec\":{\"paused\":true,\"minReadySeconds\":5,\"progressDeadlineSeconds\":20,"
                            + "\"strategy\":{\"type\":\"Recreate\",\"rollingUpdate\":null}}}");
            assertMended(
                    wanted,
                    "paused, strategy, minReadySeconds, progressDeadlineSeconds of the Deployment meddled had been changed with"
                            + " kubectl-patch and put back");
            var spec = deployment.get().getSpec();
            assertThat(spec.getPaused()).isNull();
            assertThat(spec.getMinReadySeconds()).isNull();
            assertThat(spec.getProgressDeadlineSeconds()).isEqualTo(600);
            assertThat(spec.getStrategy().getType()).isEqualTo("RollingUpdate");

            patch(
                    deployment,
                    "kubectl-rollout",
                    "{\"spec\":{\"template\":{\"metadata\":{\"annotations\":{\"kubectl.kubernetes.io/restartedAt\":\"now\"}}}}}");
            var generation = deployment.get().getMetadata().getGeneration();
            assertMended(wanted, "the replicas of the Deployment meddled had been restarted with kubectl-rollout");
            assertThat(deployment.get().getMetadata().getGeneration())
                    .as("not restarted once more")
                    .isEqualTo(generation);

            patch(
                    deployment,
                    "kubectl-annotate",
                    "{\"metadata\":{\"annotations\":{\"" + Labels.SPEC_HASH + "\":null}}}");
            assertMended(
                    wanted,
                    "the annotation " + Labels.SPEC_HASH
                            + " of the Deployment meddled had been taken away and was put back");

            deployment.withGracePeriod(0).delete();
            assertMissing(id, "the Deployment meddled is missing");
            reopen();
            assertMissing(id, "the Deployment meddled is missing");
            cluster.apply(wanted);
            assertThat(cluster.observe(id).missing()).isEmpty();
            ready(id, 1);
            cluster.delete(id);
            eventually("absent", () -> phase(id) == Observation.Phase.ABSENT);
            assertThat(cluster.observe(id).altered()).as("our own doing").isEmpty();
        }
    }

    private void assertMissing(WorkloadId id, String sentence) {
        assertThat(eventually("missing", () -> cluster.observe(id).missing(), seen -> !seen.isEmpty()))
                .isEqualTo(sentence);
    }

    private void assertMended(Workload wanted, String told) {
        assertThat(eventually("told", () -> cluster.observe(wanted.id()).altered(), seen -> !seen.isEmpty()))
                .containsExactly(told);
        cluster.repair(wanted);
        stays(
                "told once",
                Duration.ofMillis(700),
                () -> cluster.observe(wanted.id()).altered().isEmpty());
    }

    /** A merge patch that takes these away. */
    private static String unmarked(List<String> labels, List<String> annotations) {
        return "{\"metadata\":{\"labels\":{%s},\"annotations\":{%s}}}".formatted(nulls(labels), nulls(annotations));
    }

    private static String nulls(List<String> keys) {
        return keys.stream().map("\"%s\":null"::formatted).collect(Collectors.joining(","));
    }

    private static void patch(Resource<?> object, String tool, String what) {
        object.patch(
                new PatchContext.Builder()
                        .withPatchType(PatchType.JSON_MERGE)
                        .withFieldManager(tool)
                        .build(),
                what);
    }

    /** As {@code kubectl scale} does. */
    static void scale(KubernetesClient client, Name namespace, String deployment, int replicas) {
        client.raw(
                "/apis/apps/v1/namespaces/" + namespace + "/deployments/" + deployment + "/scale?fieldManager=kubectl",
                "PUT",
                Map.of(
                        "apiVersion",
                        "autoscaling/v1",
                        "kind",
                        "Scale",
                        "metadata",
                        Map.of("name", deployment, "namespace", namespace.value()),
                        "spec",
                        Map.of("replicas", replicas)));
    }

    private static boolean isMarked(HasMetadata object, WorkloadId id) {
        return new Labels(NAMESPACE.value()).workload(object).equals(Optional.of(id));
    }

    /** {@code kubectl delete job --cascade=orphan}: what proves that the pod is ours is gone with the Job. */
    @Test
    void aBatchWhoseJobIsTakenFromItsPodGoesOnAndEndsAsOne() {
        var id = apply(batch(
                "orphaned",
                "print('up', flush=True)\nwhile not noted('go'): time.sleep(0.05)\n"
                        + "print('done')\nraise SystemExit(5)"));
        eventually("it is up", () -> log(id).equals("up\n"));
        try (var client = kubernetes.client()) {
            var pod = orphaned(client, "orphaned");
            stays("runs", Duration.ofSeconds(1), () -> phase(id) == Observation.Phase.RUNNING);
            // One that never saw it with its Job.
            reopen();
            stays("runs", Duration.ofSeconds(1), () -> phase(id) == Observation.Phase.RUNNING);
            assertThat(cluster.setAside(NAMESPACE)).isEmpty();
            tell("go");
            var end = ended(id);
            assertThat(exit(end).code()).isEqualTo(5);
            assertThat(log(id)).isEqualTo("up\ndone\n");
            cluster.delete(id);
            eventually("nothing is left of it", () -> client.resource(pod).get() == null);
        }
    }

    @Test
    void anOrphanIsStoppedAndDeletedAsAnyOther() {
        var polite = apply(batch(
                "orphan-stopped",
                "import signal\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(7))\n"
                        + "print('up', flush=True)\ntime.sleep(600)"));
        var deleted = apply(batch("orphan-deleted", "print('up', flush=True)\ntime.sleep(600)"));
        for (var id : List.of(polite, deleted)) {
            eventually("it is up", () -> log(id).equals("up\n"));
        }
        try (var client = kubernetes.client()) {
            orphaned(client, "orphan-stopped");
            var pod = orphaned(client, "orphan-deleted");
            cluster.stop(polite);
            cluster.delete(deleted);
            assertThat(exit(ended(polite)).code()).isEqualTo(7);
            eventually("nothing is left of it", () -> client.resource(pod).get() == null);
            eventually("absent", () -> phase(deleted) == Observation.Phase.ABSENT);
        }
    }

    /** Its pod as it is without it. */
    private static Pod orphaned(KubernetesClient client, String job) {
        var pods = client.pods().inNamespace(NAMESPACE.value()).withLabel(Labels.WORKLOAD, job);
        var jobs = client.batch().v1().jobs().inNamespace(NAMESPACE.value()).withName(job);
        jobs.withPropagationPolicy(DeletionPropagation.ORPHAN).delete();
        eventually("the Job is gone", () -> jobs.get() == null);
        var pod = pods.list().getItems().getFirst();
        assertThat(pod.getMetadata().getOwnerReferences()).isEmpty();
        return pod;
    }

    @Test
    void whatMayBeABatchsPodIsNotTouchedAndHoldsItUp() {
        var workload = batch("doubted", "print('x')");
        try (var client = kubernetes.client()) {
            var theirs = client.resource(forged("doubted-x1y2z", "doubted")).create();
            eventually("told", () -> !cluster.setAside(NAMESPACE).isEmpty());
            assertThatThrownBy(() -> cluster.observe(workload.id()))
                    .isInstanceOf(ClusterUnavailable.class)
                    .hasMessageContaining("the Pod doubted-x1y2z")
                    .hasMessageContaining("delete it");
            cluster.delete(workload.id());
            assertThat(client.resource(theirs).get().getMetadata().getDeletionTimestamp())
                    .isNull();
            client.resource(theirs).withGracePeriod(0).delete();
            eventually("set aside no more", () -> cluster.setAside(NAMESPACE).isEmpty());
            assertThat(phase(workload.id())).isEqualTo(Observation.Phase.ABSENT);
        }
    }

    @Test
    void aPodThatLosesOurLabelsGetsThemAgainAndItsLogIsWhole() {
        var workload = batch("stripped", "for i in range(40):\n    print('line', i, flush=True)\n    time.sleep(0.1)");
        var id = apply(workload);
        eventually("it speaks", () -> log(id).contains("line 3\n"));
        try (var client = kubernetes.client()) {
            var pods = client.pods().inNamespace(NAMESPACE.value());
            var pod = pods.withLabel(Labels.WORKLOAD, "stripped")
                    .list()
                    .getItems()
                    .getFirst();
            pods.withName(pod.getMetadata().getName())
                    .patch(
                            PatchContext.of(PatchType.JSON_MERGE),
                            unmarked(
                                    List.of(Labels.INSTANCE, Labels.MANAGED_BY, Labels.KIND, Labels.WORKLOAD),
                                    List.of(Labels.WORKLOAD)));
            assertThat(phase(id)).isEqualTo(Observation.Phase.RUNNING);
            eventually("told", () -> cluster.observe(id).altered(), told -> told.size() == 1)
                    .forEach(words -> assertThat(words)
                            .contains(pod.getMetadata().getName(), Labels.MANAGED_BY, "taken away", "put back"));
            assertThat(isMarked(pods.withName(pod.getMetadata().getName()).get(), id))
                    .isTrue();
            cluster.repair(workload);
            assertThat(cluster.observe(id).altered()).as("told once").isEmpty();
        }
        assertThat(ended(id).phase()).isEqualTo(Observation.Phase.SUCCEEDED);
        assertThat(log(id))
                .isEqualTo(
                        IntStream.range(0, 40).mapToObj(i -> "line " + i + "\n").collect(Collectors.joining()));
    }

    @Test
    void aPodThatLosesOurLabelsWhileNobodyWatchesIsFoundAgain() {
        var id = apply(
                batch("unwatched", "print('up', flush=True)\nwhile not noted('go'): time.sleep(0.05)\nprint('done')"));
        eventually("it is up", () -> log(id).equals("up\n"));
        close(cluster);
        try (var client = kubernetes.client()) {
            client.pods()
                    .inNamespace(NAMESPACE.value())
                    .withLabel(Labels.WORKLOAD, "unwatched")
                    .resources()
                    .forEach(pod -> pod.patch(
                            PatchContext.of(PatchType.JSON_MERGE), unmarked(List.of(Labels.MANAGED_BY), List.of())));
        }
        cluster = open((host, port) -> true);
        eventually("it is seen to run", () -> phase(id) == Observation.Phase.RUNNING);
        tell("go");
        assertThat(ended(id).phase()).isEqualTo(Observation.Phase.SUCCEEDED);
        assertThat(log(id)).isEqualTo("up\ndone\n");
    }

    /** Its ReplicaSet lets it go and makes another: of the two, one goes. */
    @Test
    void aReplicaThatLosesALabelIsNotLeftRunning() {
        var id = apply(service("released", server(), 1, quick()));
        ready(id, 1);
        try (var client = kubernetes.client()) {
            var pods = client.pods().inNamespace(NAMESPACE.value());
            for (var label : List.of(Labels.WORKLOAD, Labels.MANAGED_BY)) {
                var pod = pods.withLabel(Labels.WORKLOAD, "released")
                        .list()
                        .getItems()
                        .getFirst();
                pods.withName(pod.getMetadata().getName())
                        .patch(PatchContext.of(PatchType.JSON_MERGE), unmarked(List.of(label), List.of()));
                eventually("it has it again, or is gone", () -> {
                    var now = client.resource(pod).get();
                    return now == null || now.getMetadata().getLabels().containsKey(label);
                });
                eventually(
                        "there is one",
                        () -> pods.list().getItems().stream()
                                        .filter(one ->
                                                one.getMetadata().getName().startsWith("released-"))
                                        .count()
                                == 1);
                ready(id, 1);
            }
        }
    }

    @Test
    void aSecretOfOthersIsNeitherWrittenNorDeleted() {
        try (var client = kubernetes.client()) {
            var theirs = new SecretBuilder()
                    .withNewMetadata()
                    .withName("job-taken")
                    .withNamespace(NAMESPACE.value())
                    .endMetadata()
                    .addToStringData("mine", "precious")
                    .build();
            var made = client.resource(theirs).create();
            var workload = secretly("taken");
            cluster.apply(workload);
            var seen = cluster.observe(workload.id());
            assertThat(seen.phase()).isEqualTo(Observation.Phase.FAILED);
            assertThat(seen.message()).contains("Secret job-taken").contains("not this platform's");
            cluster.delete(workload.id());
            var now = client.resource(theirs).get();
            assertThat(now.getMetadata().getUid()).isEqualTo(made.getMetadata().getUid());
            assertThat(now.getMetadata().getLabels()).isNullOrEmpty();
            assertThat(now.getData()).containsOnlyKeys("mine");
            client.resource(theirs).delete();
        }
    }

    @Test
    void aSecretOfOursIsTakenUpAgainAndGoesWithTheBatch() {
        var workload = secretly("secretive");
        try (var client = kubernetes.client()) {
            var left = new Manifests(
                            new Labels(NAMESPACE.value()),
                            kubernetes.settings(NAMESPACE.value()),
                            PassedEnvironment.of(Map.of(), List.of()))
                    .secrets(workload)
                    .getFirst();
            // As a platform that was killed between the Secret and the Job leaves it.
            client.resource(left).create();
            assertThat(ended(apply(workload)).phase()).isEqualTo(Observation.Phase.SUCCEEDED);
            cluster.delete(workload.id());
            assertThat(client.resource(left).get()).isNull();
        }
    }

    private Workload.Batch secretly(String name) {
        var program = python("print('here')");
        return new Workload.Batch(
                id("job", name),
                new Program(program.entry(), program.environment(), Map.of("TOKEN", "hidden"), program.pod()),
                small(),
                Duration.ofSeconds(5),
                null);
    }

    @Test
    void whatOthersChangeOfAServiceIsToldAndPutBack() {
        var open = service("edited", server(), 1, quick());
        var program = open.program();
        var wanted = new Workload.Service(
                open.id(),
                new Program(program.entry(), program.environment(), Map.of("TOKEN", "hidden"), program.pod()),
                open.resources(),
                open.stopGrace(),
                1,
                open.readiness(),
                open.drainDeadline());
        var id = apply(wanted);
        ready(id, 1);
        assertThat(cluster.observe(id).altered()).isEmpty();
        try (var client = kubernetes.client()) {
            var deployment =
                    client.apps().deployments().inNamespace(NAMESPACE.value()).withName("edited");
            var image = image(deployment.get());
            deployment.patch(
                    new PatchContext.Builder()
                            .withPatchType(PatchType.STRATEGIC_MERGE)
                            .withFieldManager("somebody")
                            .build(),
                    "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"main\",\"image\":\"localhost/other:1\"}]}}}}");
            client.policy()
                    .v1()
                    .podDisruptionBudget()
                    .inNamespace(NAMESPACE.value())
                    .withName("revision-edited")
                    .delete();
            client.secrets()
                    .inNamespace(NAMESPACE.value())
                    .withName("revision-edited")
                    .delete();
            var told = eventually("both are told", () -> cluster.observe(id).altered(), seen -> seen.size() == 2);
            assertThat(told)
                    .containsExactlyInAnyOrder(
                            "the Deployment edited had been changed with somebody and was put back",
                            "the PodDisruptionBudget revision-edited had been deleted and was put back");
            cluster.repair(wanted);
            eventually(
                    "nothing is told any more",
                    () -> cluster.observe(id).altered().isEmpty());
            assertThat(image(deployment.get())).isEqualTo(image);
            ready(id, 1);
            assertThat(client.secrets()
                            .inNamespace(NAMESPACE.value())
                            .withName("revision-edited")
                            .get())
                    .isNotNull();
            var before = deployment.get().getSpec().getTemplate();
            cluster.repair(new Workload.Service(
                    id,
                    new Program(
                            program.entry(),
                            Map.of("NEWER", "release"),
                            wanted.program().secrets(),
                            program.pod()),
                    open.resources(),
                    open.stopGrace(),
                    1,
                    open.readiness(),
                    open.drainDeadline()));
            assertThat(deployment.get().getSpec().getTemplate()).isEqualTo(before);
            cluster.delete(id);
            eventually(
                    "the Secret that was made again goes with it",
                    () -> client.secrets()
                                    .inNamespace(NAMESPACE.value())
                                    .withName("revision-edited")
                                    .get()
                            == null);
        }
    }

    private static String image(Deployment deployment) {
        return deployment
                .getSpec()
                .getTemplate()
                .getSpec()
                .getContainers()
                .getFirst()
                .getImage();
    }

    @Test
    void aSecretThatSomebodyDeletedIsMissedByThePodThatWantsIt() {
        var workload = secretly("robbed-of-its-secret");
        try (var client = kubernetes.client()) {
            cluster.apply(workload);
            client.secrets()
                    .inNamespace(NAMESPACE.value())
                    .withName("job-robbed-of-its-secret")
                    .delete();
            var seen = eventually(
                    "told, or it was quicker",
                    () -> cluster.observe(workload.id()),
                    now -> !now.altered().isEmpty() || now.exit() != null);
            if (seen.exit() == null) {
                assertThat(seen.altered())
                        .containsExactly("the Secret job-robbed-of-its-secret had been deleted and was put back");
                cluster.repair(workload);
            }
            assertThat(ended(workload.id()).phase()).isEqualTo(Observation.Phase.SUCCEEDED);
        }
    }

    @Test
    void aBatchWhosePodSomebodyDeletesIsLost() {
        var id = apply(batch("robbed", "time.sleep(600)"));
        eventually("runs", () -> phase(id) == Observation.Phase.RUNNING);
        try (var client = kubernetes.client()) {
            client.pods()
                    .inNamespace(NAMESPACE.value())
                    .withLabel(Labels.WORKLOAD, "robbed")
                    .withGracePeriod(1)
                    .delete();
        }
        var seen = ended(id);
        assertThat(seen.phase()).isEqualTo(Observation.Phase.FAILED);
        assertThat(exit(seen).reason()).isEqualTo("LOST");
    }

    @Test
    void whatSomebodyChangesOfANamespaceIsToldAndPutBack() {
        var told = new AtomicInteger();
        cluster.onChange(id -> told.addAndGet(id.equals(WorkloadId.ofNamespace(NAMESPACE)) ? 1 : 0));
        try (var client = kubernetes.client()) {
            var policies = client.network().networkPolicies().inNamespace(NAMESPACE.value());
            hinted(told, policies::delete);
            var bindings = client.rbac().roleBindings().inNamespace(NAMESPACE.value());
            hinted(
                    told,
                    () -> bindings.withName("tidewright-reader")
                            .edit(binding -> new RoleBindingBuilder(binding)
                                    .addNewSubject("rbac.authorization.k8s.io", "Group", "everybody", null)
                                    .build()));
            hinted(
                    told,
                    () -> client.namespaces()
                            .withName(NAMESPACE.value())
                            .edit(namespace -> new NamespaceBuilder(namespace)
                                    .editMetadata()
                                    .addToLabels("pod-security.kubernetes.io/enforce", "privileged")
                                    .removeFromLabels(Labels.MANAGED_BY)
                                    .endMetadata()
                                    .build()));
            assertThat(cluster.provision(NAMESPACE, LIMITS))
                    .hasSize(3)
                    .anyMatch(words -> words.contains("NetworkPolicy tidewright had been deleted"))
                    .anyMatch(words -> words.contains("RoleBinding tidewright-reader had been changed with"))
                    .anyMatch(words -> words.contains("the label app.kubernetes.io/managed-by of the namespace"));
            assertThat(policies.list().getItems()).hasSize(1);
            assertThat(bindings.withName("tidewright-reader").get().getSubjects())
                    .hasSize(4);
            assertThat(client.namespaces()
                            .withName(NAMESPACE.value())
                            .get()
                            .getMetadata()
                            .getLabels())
                    .containsEntry("pod-security.kubernetes.io/enforce", "restricted");
            assertThat(cluster.provision(NAMESPACE, LIMITS)).isEmpty();
        }
    }

    /** Changes that come together are one hint. */
    private static void hinted(AtomicInteger told, Runnable change) {
        var before = told.get();
        change.run();
        eventually("a hint", () -> told.get() > before);
    }

    @Test
    void otherLimitsAreNoRepair() {
        assertThat(cluster.provision(NAMESPACE, Resources.of("301", "8Gi", null)))
                .isEmpty();
        assertThat(cluster.provision(NAMESPACE, LIMITS)).isEmpty();
    }

    @Test
    void aNamespaceOfOthersIsRefusedAndStaysAsItIs() {
        var name = new Name(NAMESPACE + "-theirs");
        try (var client = kubernetes.client()) {
            var theirs = client.resource(new NamespaceBuilder()
                            .withNewMetadata()
                            .withName(name.value())
                            .endMetadata()
                            .build())
                    .create();
            try {
                var adapter = (ClusterAdapter) cluster;
                assertThat(adapter.taken(name).orElse("")).contains(name.value(), "not this platform's");
                assertThat(adapter.taken(NAMESPACE)).as("ours").isEmpty();
                assertThat(adapter.taken(new Name("nobodys"))).isEmpty();
                assertThatThrownBy(() -> cluster.provision(name, LIMITS))
                        .isInstanceOf(NamespaceRefused.class)
                        .hasMessageContaining(name.value())
                        .hasMessageContaining("not this platform's");
                var id = new WorkloadId(name, "job", "early");
                cluster.apply(new Workload.Batch(id, python("print()"), small(), Duration.ofSeconds(5), null));
                assertThat(cluster.observe(id).message()).contains("not this platform's");
                cluster.retire(name);
                var now = client.namespaces().withName(name.value()).get();
                assertThat(now.getMetadata().getUid())
                        .isEqualTo(theirs.getMetadata().getUid());
                assertThat(now.getMetadata().getDeletionTimestamp()).isNull();
                assertThat(now.getMetadata().getLabels()).doesNotContainKey(Labels.MANAGED_BY);
                assertThat(client.resourceQuotas()
                                .inNamespace(name.value())
                                .list()
                                .getItems())
                        .isEmpty();
            } finally {
                client.resource(theirs).delete();
            }
        }
    }

    @Test
    void groupsOfTheIdentityProviderMayWhatTheirRoleMay() {
        try (var client = kubernetes.client()) {
            assertThat(may(client, "viewers", "list", "pods")).isTrue();
            assertThat(may(client, "viewers", "delete", "pods")).isFalse();
            assertThat(may(client, "viewers", "list", "secrets")).isFalse();
            assertThat(may(client, "admins", "delete", "pods")).isTrue();
            assertThat(may(client, "admins", "create", "pods")).isFalse();
            assertThat(may(client, "strangers", "list", "pods")).isFalse();
        }
    }

    @Test
    void itsServiceListsTheAddressesThatGatewaysGet() {
        var wanted = service("listed", server(), 2, quick());
        var id = apply(wanted);
        ready(id, 2);
        try (var client = kubernetes.client()) {
            var service = client.services().inNamespace(NAMESPACE.value()).withName("revision-listed");
            var slices = client.discovery().v1().endpointSlices().inNamespace(NAMESPACE.value());
            assertThat(service.get().getSpec().getClusterIP()).isEqualTo("None");
            assertThat(listed(slices))
                    .containsExactlyInAnyOrderElementsOf(cluster.observe(id).ready().stream()
                            .map(replica -> replica.host() + ":" + replica.port())
                            .toList());
            // What others do to it is put back, and stops no replica meanwhile.
            patch(service, "somebody", "{\"spec\":{\"selector\":{\"version\":\"2\"}}}");
            eventually("nothing is listed any more", () -> listed(slices).isEmpty());
            alteredTold(wanted, "the Service revision-listed had been changed with somebody and was put back");
            eventually("both are listed again", () -> listed(slices).size() == 2);
            patch(service, "somebody", unmarked(List.of(Labels.KIND), List.of()));
            alteredTold(wanted, "the Service revision-listed had lost labels or had them changed and was put back");
            // Once it is another one, that is the one that is known.
            var gone = "the Service revision-listed had been deleted, or had lost its labels, and was put back";
            service.delete();
            alteredTold(wanted, gone);
            patch(service, "somebody", unmarked(List.of(Labels.INSTANCE), List.of()));
            alteredTold(wanted, gone);
            // Kubernetes does not let it give this address back.
            patch(
                    service,
                    "somebody",
                    "{\"spec\":{\"type\":\"ExternalName\",\"externalName\":\"x.example.org\",\"clusterIP\":null}}");
            patch(service, "somebody", "{\"spec\":{\"type\":\"NodePort\",\"externalName\":null}}");
            eventually(
                    "it has an address",
                    () -> !service.get().getSpec().getClusterIP().equals("None"));
            alteredTold(wanted, "the Service revision-listed had been changed with somebody and was put back");
            assertThat(service.get().getSpec().getClusterIP()).isEqualTo("None");
            eventually("both are listed once more", () -> listed(slices).size() == 2);
            // What others made in its place is theirs.
            var theirs = service.get();
            service.delete();
            theirs.setMetadata(
                    new ObjectMetaBuilder().withName("revision-listed").build());
            client.resource(theirs).inNamespace(NAMESPACE.value()).create();
            eventually("missed", () -> cluster.observe(id).altered(), List.of(gone)::equals);
            assertThat(cluster.repair(wanted)).isFalse();
            assertThat(cluster.observe(id).ready()).hasSize(2).allSatisfy(replica -> {
                assertThat(replica.reason()).isEqualTo("REPAIR_REFUSED");
                assertThat(replica.message())
                        .contains("Service revision-listed is there already", "delete or rename it");
            });
            service.delete();
            assertThat(cluster.repair(wanted)).isTrue();
            assertThat(cluster.observe(id).ready())
                    .hasSize(2)
                    .allMatch(replica -> replica.reason().isEmpty());
            cluster.delete(id);
            eventually("it goes with its replicas", () -> service.get() == null);
        }
    }

    private void alteredTold(Workload.Service wanted, String sentence) {
        eventually("it is told", () -> cluster.observe(wanted.id()).altered(), List.of(sentence)::equals);
        assertThat(cluster.observe(wanted.id()).ready()).hasSize(wanted.replicas());
        cluster.repair(wanted);
        eventually(
                "nothing is told any more",
                () -> cluster.observe(wanted.id()).altered().isEmpty());
        assertThat(cluster.observe(wanted.id()).ready()).hasSize(wanted.replicas());
    }

    private static List<String> listed(
            NonNamespaceOperation<EndpointSlice, EndpointSliceList, Resource<EndpointSlice>> slices) {
        return slices.withLabel("kubernetes.io/service-name", "revision-listed").list().getItems().stream()
                .filter(slice -> slice.getEndpoints() != null)
                .flatMap(slice -> slice.getEndpoints().stream()
                        .filter(endpoint -> endpoint.getConditions().getReady())
                        .map(endpoint -> endpoint.getAddresses().getFirst() + ":"
                                + slice.getPorts().getFirst().getPort()))
                .toList();
    }

    @Test
    void aNodeIsEmptiedOfOneReplicaAfterAnother() {
        var id = apply(service("budget", server(), 2, quick()));
        ready(id, 2);
        try (var client = kubernetes.client()) {
            var pods = client.pods().inNamespace(NAMESPACE.value());
            eventually("the budget is counted", () -> {
                var budget = client.policy()
                        .v1()
                        .podDisruptionBudget()
                        .inNamespace(NAMESPACE.value())
                        .withName("revision-budget")
                        .get();
                return budget.getStatus().getDisruptionsAllowed() == 1;
            });
            var names = pods.withLabel(Labels.WORKLOAD, "budget").list().getItems().stream()
                    .map(pod -> pod.getMetadata().getName())
                    .toList();
            assertThat(pods.withName(names.getFirst()).evict()).isTrue();
            assertThat(pods.withName(names.getLast()).evict()).isFalse();
            ready(id, 2);
            cluster.delete(id);
            eventually(
                    "the budget goes with it",
                    () -> client.policy()
                                    .v1()
                                    .podDisruptionBudget()
                                    .inNamespace(NAMESPACE.value())
                                    .withName("revision-budget")
                                    .get()
                            == null);
        }
    }

    @Test
    void aNodeSelectorThatNoNodeMeetsIsToldWithWhatNodesHave() {
        var nowhere = pod("nowhere", PodFields.of(Map.of("kubernetes.io/arch", "s390x", "disk", "ssd"), null, null));
        var waits = eventually(
                "a reason",
                () -> cluster.observe(apply(nowhere)),
                seen -> seen.reason().equals("NODE_MISMATCH"));
        assertThat(waits.message())
                .contains("disk=ssd, kubernetes.io/arch=s390x")
                .contains("no node has a label disk")
                .containsPattern("kubernetes.io/arch is (amd64|arm64) on nodes");
        var somewhere = pod(
                "somewhere",
                PodFields.of(
                        Map.of("kubernetes.io/os", "linux"),
                        List.of(Toleration.of("spot", "Exists", null, "NoExecute", 60L)),
                        List.of("not-there")));
        assertThat(ended(apply(somewhere)).phase()).isEqualTo(Observation.Phase.SUCCEEDED);
    }

    private Workload.Batch pod(String name, PodFields fields) {
        var program = python("print('here')");
        return new Workload.Batch(
                id("job", name),
                new Program(program.entry(), program.environment(), program.secrets(), fields),
                small(),
                Duration.ofSeconds(5),
                null);
    }

    /** The cluster changes the objects of a batch some fifteen times, and a pass follows each hint. */
    @Test
    void ofABatchThatRunsThroughItsStartAndItsEndAreHintedAndLittleMore() {
        var hints = new CopyOnWriteArrayList<WorkloadId>();
        cluster.onChange(hints::add);
        var id = ended(apply(batch("little", "print('x')"))).id();
        eventually("hints", () -> Collections.frequency(hints, id) >= 2);
        cluster.delete(id);
        try (var client = kubernetes.client()) {
            eventually(
                    "its pod is gone",
                    () -> client.pods().inNamespace(NAMESPACE.value()).list().getItems().stream()
                            .noneMatch(pod -> pod.getMetadata().getName().startsWith(Labels.objectName(id))));
        }
        stays("settled", Duration.ofMillis(500), () -> true);
        assertThat(Collections.frequency(hints, id)).isLessThanOrEqualTo(3);
    }

    @Test
    void whatTheClusterSaysOfAWorkloadIsTold() {
        var told = new CopyOnWriteArrayList<ClusterEvent>();
        cluster.onEvent(told::add);
        var id = ended(apply(batch("said", "print('x')"))).id();
        eventually(
                "both steps",
                () -> told.stream()
                        .filter(event -> event.workload().equals(id) && !event.warning())
                        .map(ClusterEvent::reason)
                        .collect(Collectors.toSet())
                        .containsAll(List.of("Scheduled", "Started")));
        var nowhere = apply(pod("said-nowhere", PodFields.of(Map.of("disk", "ssd"), null, null)));
        eventually(
                "a warning",
                () -> told.stream()
                        .anyMatch(event -> event.workload().equals(nowhere)
                                && event.warning()
                                && event.reason().equals("FailedScheduling")));
        var again = new CopyOnWriteArrayList<ClusterEvent>();
        cluster.onEvent(again::add);
        assertThat(again)
                .as("who listens later hears of what is there, too")
                .extracting(ClusterEvent::workload)
                .contains(nowhere);
    }

    @Test
    void whatOthersDressAsOursIsSetAsideAndToldAndSpoilsNothing() {
        var id = apply(batch("genuine", "print('x'); time.sleep(600)"));
        eventually("runs", () -> phase(id) == Observation.Phase.RUNNING);
        try (var client = kubernetes.client()) {
            var forged = client.resource(forged("forged", "genuine")).create();
            var broken = client.resource(forged("broken", "../genuine")).create();
            var told = eventually("both are told", () -> cluster.setAside(NAMESPACE), seen -> seen.size() == 2);
            assertThat(told)
                    .anyMatch(words ->
                            words.startsWith("the Pod forged") && words.contains("not made by the Job genuine"))
                    .anyMatch(words -> words.startsWith("the Pod broken") && words.contains("cannot be"))
                    .allMatch(words -> words.contains("delete it"));
            assertThat(cluster.observe(id).replicas()).hasSize(1);
            assertThat(ended(apply(batch("unharmed", "print('x')"))).phase()).isEqualTo(Observation.Phase.SUCCEEDED);
            client.resource(forged).withGracePeriod(0).delete();
            client.resource(broken).withGracePeriod(0).delete();
            eventually("nothing is left", () -> cluster.setAside(NAMESPACE).isEmpty());
        }
        assertThat(phase(id)).isEqualTo(Observation.Phase.RUNNING);
        cluster.delete(id);
    }

    private static Pod forged(String name, String workload) {
        var labels = new HashMap<>(new Labels(NAMESPACE.value()).ours());
        labels.put(Labels.KIND, "job");
        return new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace(NAMESPACE.value())
                .withLabels(labels)
                .addToAnnotations(Labels.WORKLOAD, workload)
                .endMetadata()
                .withNewSpec()
                .withNewSecurityContext()
                .withRunAsNonRoot(true)
                .withRunAsUser(65532L)
                .withNewSeccompProfile()
                .withType("RuntimeDefault")
                .endSeccompProfile()
                .endSecurityContext()
                .addNewContainer()
                .withName("main")
                .withImage("forged.invalid/x")
                .withNewSecurityContext()
                .withAllowPrivilegeEscalation(false)
                .withNewCapabilities()
                .withDrop("ALL")
                .endCapabilities()
                .endSecurityContext()
                .withNewResources()
                .addToRequests("cpu", new Quantity("1m"))
                .addToRequests("memory", new Quantity("1Mi"))
                .endResources()
                .endContainer()
                .endSpec()
                .build();
    }

    private static boolean may(KubernetesClient client, String group, String verb, String resource) {
        var review = new SubjectAccessReviewBuilder()
                .withNewSpec()
                .withUser("ana")
                .withGroups("tidewright:" + NAMESPACE + ":" + group)
                .withNewResourceAttributes()
                .withNamespace(NAMESPACE.value())
                .withVerb(verb)
                .withResource(resource)
                .endResourceAttributes()
                .endSpec()
                .build();
        return client.authorization()
                .v1()
                .subjectAccessReview()
                .create(review)
                .getStatus()
                .getAllowed();
    }

    @Test
    void nothingIsStartedWithoutFences() {
        var id = new WorkloadId(new Name("no-fences"), "job", "early");
        var workload = new Workload.Batch(id, python("print()"), small(), Duration.ofSeconds(5), null);
        assertThatThrownBy(() -> cluster.apply(workload))
                .isInstanceOf(ClusterUnavailable.class)
                .hasMessageContaining("no-fences");
    }

    @Test
    void aLogIsTheSameByWhicheverServerItIsReadAndWhicheverFollowedIt() {
        var other = (KubernetesCluster) open("another", (workload, replica) -> false);
        try (other) {
            var id = apply(
                    batch("followed", "for i in range(60):\n    print('line', i, flush=True)\n    time.sleep(0.2)"));
            eventually(
                    "both can read it",
                    () -> Stream.of(cluster, other)
                            .allMatch(one -> one.logs(id, ReplicaStatus.BATCH, 0, 4096)
                                    .text()
                                    .contains("line 9")));
            // Whoever of the two has it: the one that is left takes it over.
            ((KubernetesCluster) cluster).close();
            cluster = open("a third", (workload, replica) -> false);
            ended(id);
            eventually("the other has heard of the end", () -> other.observe(id).exit() != null);
            var expected =
                    IntStream.range(0, 60).mapToObj(i -> "line " + i + "\n").collect(Collectors.joining());
            assertThat(log(id)).isEqualTo(expected);
            assertThat(other.logs(id, ReplicaStatus.BATCH, 0, 10_000).text()).isEqualTo(expected);
        }
    }
}
