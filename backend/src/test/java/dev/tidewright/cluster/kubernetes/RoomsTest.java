package dev.tidewright.cluster.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidewright.cluster.Capacity;
import dev.tidewright.kernel.Resources;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RoomsTest {

    private static final String GPU = "nvidia.com/gpu";

    @Test
    void whatPodsAskForIsNotFreeWhateverTheyUse() {
        var capacity = Rooms.capacity(
                List.of(node("a", "4", "8Gi", null)),
                List.of(pod("a", "1500m", "1Gi", "Running"), pod("a", "1", "1Gi", "Pending")));
        assertThat(capacity.nodes())
                .containsExactly(
                        new Capacity.Node("a", Resources.of("4", "8Gi", null), Resources.of("1.5", "6Gi", null)));
    }

    @Test
    void podsThatAreOverOrHaveNoNodeTakeNoRoom() {
        var capacity = Rooms.capacity(
                List.of(node("a", "4", "8Gi", null)),
                List.of(
                        pod("a", "1", "1Gi", "Succeeded"),
                        pod("a", "1", "1Gi", "Failed"),
                        pod(null, "1", "1Gi", "Pending"),
                        pod("elsewhere", "1", "1Gi", "Running")));
        assertThat(capacity.nodes().getFirst().free()).isEqualTo(Resources.of("4", "8Gi", null));
    }

    @Test
    void quantitiesOfAllNotationsAreUnderstood() {
        var node = node("a", "1930m", "7902284Ki", 2L);
        node.getStatus().getAllocatable().put("hugepages-2Mi", new Quantity("0"));
        node.getStatus().getAllocatable().put("ephemeral-storage", new Quantity("47093746742"));
        var total = Rooms.capacity(List.of(node), List.of()).nodes().getFirst().total();
        assertThat(total.cpuMillis()).isEqualTo(1930);
        assertThat(total.memoryBytes()).isEqualTo(7902284L << 10);
        assertThat(total.gpu()).containsExactlyEntriesOf(Map.of(GPU, 2L));
    }

    @Test
    void nodesThatTakeNoPodsOfOursDoNotCount() {
        var cordoned = node("cordoned", "64", "8Gi", null);
        cordoned.getSpec().setUnschedulable(true);
        assertThat(Rooms.capacity(
                                List.of(
                                        cordoned,
                                        tainted("control", "node-role.kubernetes.io/control-plane", "NoSchedule"),
                                        tainted("gone", "node.kubernetes.io/unreachable", "NoExecute"),
                                        tainted("preferred-not", "slow", "PreferNoSchedule"),
                                        tainted("devices", GPU, "NoSchedule")),
                                List.of())
                        .nodes())
                .extracting(Capacity.Node::name)
                .containsExactly("preferred-not", "devices");
    }

    @Test
    void theSentenceHasTheNumbersOfWhatIsShort() {
        var capacity = Rooms.capacity(List.of(node("a", "4", "8Gi", null)), List.of(pod("a", "3", "1Gi", "Running")));
        assertThat(Rooms.full(Resources.of("2", "1Gi", null), capacity))
                .isEqualTo("needs 2 cpu; 1 of 4 cpu are free on the only node");
        assertThat(Rooms.full(Resources.of("2", "7.5Gi", null), capacity))
                .isEqualTo("needs 2 cpu and 7680Mi of memory; 1 of 4 cpu and 7Gi of 8Gi are free on the only node");
    }

    @Test
    void theFreestNodeIsTheOneThatLacksLeastOfWhatIsAskedFor() {
        var capacity = Rooms.capacity(
                List.of(node("many-cores", "64", "64Gi", null), node("b", "8", "64Gi", 4L), node("c", "8", "64Gi", 4L)),
                List.of(gpus(pod("b", "1", "1Gi", "Running"), 4), gpus(pod("c", "1", "1Gi", "Running"), 3)));
        assertThat(Rooms.full(Resources.of("1", "1Gi", Map.of(GPU, 2L)), capacity))
                .isEqualTo("needs 2 nvidia.com/gpu; 1 of 4 nvidia.com/gpu are free on the freest node, c");
    }

    @Test
    void whatOthersHoldIsSaidWithoutNumbersThatWouldBeWrong() {
        var capacity = Rooms.capacity(List.of(node("a", "4", "8Gi", null)), List.of());
        assertThat(Rooms.full(Resources.of("2", "1Gi", null), capacity))
                .isEqualTo("what others than this platform run on the cluster leaves no room for it");
    }

    @Test
    void ofManyLabelsAFewAreNamedAndTheRestCounted() {
        var nodes = IntStream.rangeClosed(1, 6)
                .mapToObj(i -> new NodeBuilder(node("n" + i, "4", "8Gi", null))
                        .editMetadata()
                        .addToLabels("zone", "z" + i)
                        .endMetadata()
                        .build())
                .toList();
        var wants = new PodBuilder()
                .withNewSpec()
                .addToNodeSelector("zone", "nowhere")
                .endSpec()
                .build();
        var said = new PodConditionBuilder()
                .withReason("Unschedulable")
                .withMessage("0/6 nodes are available: 6 node(s) didn't match Pod's node affinity/selector.")
                .build();
        assertThat(Scheduling.of(wants, said, new Capacity(List.of()), nodes).message())
                .endsWith("zone is z1, z2, z3, z4, z5 and 1 other on nodes");
    }

    private static Node node(String name, String cpu, String memory, @org.jspecify.annotations.Nullable Long gpus) {
        var node = new NodeBuilder()
                .withNewMetadata()
                .withName(name)
                .endMetadata()
                .withNewSpec()
                .endSpec()
                .withNewStatus()
                .addToAllocatable("cpu", new Quantity(cpu))
                .addToAllocatable("memory", new Quantity(memory))
                .endStatus()
                .build();
        if (gpus != null) {
            node.getStatus().getAllocatable().put(GPU, new Quantity(gpus.toString()));
        }
        return node;
    }

    private static Node tainted(String name, String key, String effect) {
        return new NodeBuilder(node(name, "4", "8Gi", 1L))
                .editSpec()
                .addNewTaint(effect, key, null, "")
                .endSpec()
                .build();
    }

    private static Pod pod(@org.jspecify.annotations.Nullable String node, String cpu, String memory, String phase) {
        return new PodBuilder()
                .withNewSpec()
                .withNodeName(node)
                .addNewContainer()
                .withNewResources()
                .addToRequests("cpu", new Quantity(cpu))
                .addToRequests("memory", new Quantity(memory))
                .endResources()
                .endContainer()
                .endSpec()
                .withNewStatus()
                .withPhase(phase)
                .endStatus()
                .build();
    }

    private static Pod gpus(Pod pod, int count) {
        pod.getSpec()
                .getContainers()
                .getFirst()
                .getResources()
                .getRequests()
                .put(GPU, new Quantity(Integer.toString(count)));
        return pod;
    }
}
