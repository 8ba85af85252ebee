package dev.tidewright.cluster.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidewright.cluster.WorkloadId;
import dev.tidewright.kernel.Name;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Objects that carry our labels, whoever put them there. */
class BelongingTest {

    private static final Labels LABELS = new Labels("tidewright");
    private static final WorkloadId JOB = new WorkloadId(new Name("demo"), "job", "train-a1");

    private static ObjectMetaBuilder metadata(String name, @Nullable String kind, @Nullable String workload) {
        var labels = new HashMap<>(LABELS.ours());
        if (kind != null) {
            labels.put(Labels.KIND, kind);
        }
        return new ObjectMetaBuilder()
                .withName(name)
                .withNamespace("demo")
                .withLabels(labels)
                .withAnnotations(workload == null ? null : Map.of(Labels.WORKLOAD, workload));
    }

    private static Belonging job(ObjectMeta metadata) {
        return Belonging.of(LABELS, new JobBuilder().withMetadata(metadata).build());
    }

    private static Belonging pod(String kind, String workload, String ownerKind, String owner) {
        var metadata = metadata("any", kind, workload)
                .addNewOwnerReference()
                .withKind(ownerKind)
                .withName(owner)
                .withController(true)
                .endOwnerReference()
                .build();
        return Belonging.of(LABELS, new PodBuilder().withMetadata(metadata).build());
    }

    @Test
    void whatWeMadeIsOurs() {
        assertThat(job(metadata("train-a1", "job", "train-a1").build())).isEqualTo(new Belonging(JOB, ""));
        assertThat(pod("job", "train-a1", "Job", "train-a1").workload()).isEqualTo(JOB);
        assertThat(pod("revision", "echo-r2", "ReplicaSet", "echo-r2-7d9f8c").fault())
                .isEmpty();
    }

    /** Whoever takes marks away cannot take them from a Job's template, nor from a Deployment's selector. */
    @Test
    void whatHasLostItsMarksIsKnownByWhatNobodyCanChange() {
        var made = new JobBuilder()
                .withNewMetadata()
                .withName("train-a1")
                .withNamespace("demo")
                .endMetadata()
                .withNewSpec()
                .withNewTemplate()
                .withNewMetadata()
                .withLabels(LABELS.of(JOB))
                .addToAnnotations(Labels.WORKLOAD, "train-a1")
                .endMetadata()
                .endTemplate()
                .endSpec()
                .build();
        assertThat(Belonging.stripped(LABELS, made)).contains(JOB);
        assertThat(Belonging.stripped(new Labels("another"), made)).isEmpty();
        var copied = new JobBuilder(made)
                .editMetadata()
                .withName("train-a2")
                .endMetadata()
                .build();
        assertThat(Belonging.stripped(LABELS, copied)).isEmpty();
        var whole = new JobBuilder(made)
                .withMetadata(metadata("train-a1", "job", "train-a1").build())
                .build();
        assertThat(Belonging.stripped(LABELS, whole)).isEmpty();
        var dressed = new JobBuilder(made)
                .editSpec()
                .editTemplate()
                .withNewMetadata()
                .endMetadata()
                .endTemplate()
                .endSpec()
                .build();
        assertThat(Belonging.stripped(LABELS, dressed)).isEmpty();
    }

    @Test
    void whatHasNotAllOfOurLabelsIsNobodysFault() {
        var other = new Labels("another").ours();
        var metadata = new ObjectMetaBuilder()
                .withName("x")
                .withNamespace("demo")
                .withLabels(other)
                .build();
        assertThat(job(metadata)).isEqualTo(new Belonging(null, ""));
    }

    @Test
    void aLabelOrAnAnnotationThatIsMissingIsNamed() {
        assertThat(job(metadata("train-a1", null, "train-a1").build()).fault()).contains(Labels.KIND);
        assertThat(job(metadata("train-a1", "job", null).build()).fault()).contains(Labels.WORKLOAD);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "../x", "Train", "a\nb", "ü", "-a1", "x/y"})
    void namesThatCannotBeAreNoWorkload(String name) {
        var seen = job(metadata("train-a1", "job", name).build());
        assertThat(seen.workload()).isNull();
        assertThat(seen.fault()).contains("cannot be");
    }

    @Test
    void anObjectThatClaimsToBeAnotherIsNot() {
        assertThat(job(metadata("mine", "job", "train-a1").build()).fault()).contains("the Job train-a1 does");
        assertThat(job(metadata("echo-r1", "revision", "echo-r1").build()).workload())
                .isNull();
        assertThat(job(metadata("x", "experiment", "x").build()).fault()).contains("a experiment");
        var deployment = new DeploymentBuilder()
                .withMetadata(metadata("train-a1", "job", "train-a1").build())
                .build();
        assertThat(Belonging.of(LABELS, deployment).workload()).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "job,train-a1,ReplicaSet,train-a1-abc",
        "job,train-a1,Job,train-a11",
        "revision,echo-r2,Job,echo-r2",
        "revision,echo-r2,ReplicaSet,echo-r22-abc",
        "revision,echo-r2,ReplicaSet,echo-r2-x-r1-abc",
    })
    void aPodThatOthersMadeSaysNothingOfTheWorkload(String kind, String workload, String ownerKind, String owner) {
        var seen = pod(kind, workload, ownerKind, owner);
        assertThat(seen.workload()).isNull();
        assertThat(seen.fault()).contains("was not made by the").contains(workload);
    }

    @Test
    void aPodWithoutAnOwnerIsNobodys() {
        var bare = new PodBuilder()
                .withMetadata(metadata("train-a1-x", "job", "train-a1").build())
                .build();
        assertThat(Belonging.of(LABELS, bare).fault()).contains("was not made by the Job train-a1");
    }

    /** Whatever stands in them: it is decided, and nothing is thrown. */
    @Test
    void tenThousandMalformedObjectsAreAllDecided() {
        var random = new Random(7);
        for (var i = 0; i < 10_000; i++) {
            var labels = new HashMap<>(LABELS.ours());
            labels.put(Labels.KIND, any(random));
            var metadata = new ObjectMetaBuilder()
                    .withName(any(random))
                    .withNamespace("demo")
                    .withLabels(labels)
                    .withAnnotations(random.nextBoolean() ? null : Map.of(Labels.WORKLOAD, any(random)))
                    .build();
            HasMetadata object = random.nextBoolean()
                    ? new PodBuilder().withMetadata(metadata).build()
                    : new JobBuilder().withMetadata(metadata).build();
            var seen = Belonging.of(LABELS, object);
            assertThat(seen.workload() == null).isNotEqualTo(seen.fault().isEmpty());
        }
    }

    private static String any(Random random) {
        var known = List.of("job", "revision", "train-a1", "x", "", "a".repeat(300));
        var drawn = random.nextInt(known.size() * 2);
        return drawn < known.size()
                ? known.get(drawn)
                : random.ints(random.nextInt(40), 0, 0xD800)
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                        .toString();
    }
}
