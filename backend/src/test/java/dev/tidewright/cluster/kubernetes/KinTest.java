package dev.tidewright.cluster.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidewright.cluster.WorkloadId;
import dev.tidewright.kernel.Name;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KinTest {

    private static final Labels LABELS = new Labels("tidewright");
    private static final WorkloadId JOB = new WorkloadId(new Name("demo"), "job", "train-a1");

    private final Kin kin = new Kin(LABELS);

    @Test
    void aPodThatWasSeenAsItWasMadeStaysOursWhateverIsTakenFromIt() {
        assertThat(kin.workload(made("u1"))).contains(JOB);
        var orphan = new PodBuilder(made("u1"))
                .editMetadata()
                .withOwnerReferences()
                .endMetadata()
                .build();
        assertThat(kin.workload(orphan)).contains(JOB);
        assertThat(Kin.isOrphan(orphan)).isTrue();
        var bare = new PodBuilder(orphan)
                .editMetadata()
                .withLabels(null)
                .withAnnotations(null)
                .endMetadata()
                .build();
        assertThat(kin.workload(bare)).contains(JOB);
        assertThat(kin.isMarked(JOB, bare)).isFalse();
    }

    @Test
    void whatWasNeverSeenAsItWasMadeIsNobodysHoweverItIsDressed() {
        kin.workload(made("u1"));
        var dressed = new PodBuilder(made("u2"))
                .editMetadata()
                .withOwnerReferences()
                .addToLabels("batch.kubernetes.io/controller-uid", "job-uid")
                .endMetadata()
                .build();
        assertThat(kin.workload(dressed)).isEmpty();
    }

    @Test
    void whatIsNotWatchedAnyMoreIsAStrayUntilItIsSeenAgainOrGone() {
        var pod = made("u1");
        kin.workload(pod);
        assertThat(kin.isGone(pod)).isFalse();
        assertThat(kin.strays()).containsExactly(pod);
        kin.there(JOB, pod);
        assertThat(kin.strays()).isEmpty();
        var going = new PodBuilder(pod)
                .editMetadata()
                .withDeletionTimestamp("2026-11-23T12:00:00Z")
                .endMetadata()
                .build();
        assertThat(kin.isGone(going)).isTrue();
        assertThat(kin.workload(new PodBuilder(pod)
                        .editMetadata()
                        .withOwnerReferences()
                        .endMetadata()
                        .build()))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "job,train-a1,train-a1-x7k2p,true",
        "job,train-a1,train-a1-b-a2-x7k2p,false",
        "job,train-a1,train-a11-x7k2p,false",
        "revision,echo-r2,echo-r2-7d9f8c-x7k2p,true",
        "revision,echo-r2,echo-r2-x7k2p,false",
    })
    void podsAreCalledAsWhatMadeThem(String kind, String workload, String pod, boolean expected) {
        var id = new WorkloadId(new Name("demo"), kind, workload);
        var called =
                new PodBuilder().withNewMetadata().withName(pod).endMetadata().build();
        assertThat(Kin.isCalledAs(id, called)).isEqualTo(expected);
    }

    private static Pod made(String uid) {
        return new PodBuilder()
                .withNewMetadata()
                .withName("train-a1-x7k2p")
                .withNamespace("demo")
                .withUid(uid)
                .withLabels(LABELS.of(JOB))
                .addToAnnotations(Labels.WORKLOAD, "train-a1")
                .addNewOwnerReference()
                .withKind("Job")
                .withName("train-a1")
                .withController(true)
                .endOwnerReference()
                .endMetadata()
                .withNewStatus()
                .withPhase("Running")
                .endStatus()
                .build();
    }
}
