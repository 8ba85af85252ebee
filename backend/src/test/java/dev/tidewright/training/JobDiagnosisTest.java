package dev.tidewright.training;

import static dev.tidewright.training.JobSamples.NOON;
import static dev.tidewright.training.JobSamples.asked;
import static dev.tidewright.training.JobSamples.seen;
import static dev.tidewright.training.JobSamples.starting;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tidewright.cluster.Observation;
import dev.tidewright.cluster.Observation.Phase;
import dev.tidewright.cluster.PodFields;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class JobDiagnosisTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            NO_CAPACITY      | it starts when something else on the cluster ends; or ask for less
            UNSCHEDULABLE    | ask for no more cpu, memory and devices than one node has, and only for devices that nodes have
            NODE_MISMATCH    | tell an admin of the cluster: the nodes' labels or taints keep it off
            QUOTA            | it starts when something else in the namespace ends
            IMAGE_PULL       | correct the image's name if it is wrong; it is tried again for some minutes, then the job fails
            CONTAINER_CONFIG | tell an admin of the cluster; it is tried again for some minutes, then the job fails
            POD_REFUSED      | tell an admin of the cluster; it is tried again for some minutes, then the job fails
            """)
    void aJobThatTheClusterDoesNotStartSaysWhyAndWhatToDo(ReasonCode reason, String nextStep) {
        var job = starting(asked("train", null, null));
        var id = seen(Phase.PENDING, null).id();
        job.observed(
                1, new Observation(id, Phase.PENDING, reason.name(), "the very reason", List.of(), null, null), NOON);
        assertThat(findings(job))
                .containsExactly(new JobDiagnosis.Finding(reason.name(), "the very reason", nextStep, NOON));
    }

    @Test
    void aSelectorOfOnesOwnIsForOneselfToCorrect() {
        var job = starting(JobSamples.on(PodFields.of(Map.of("pool", "a100"), null, null)));
        var id = seen(Phase.PENDING, null).id();
        job.observed(1, new Observation(id, Phase.PENDING, "NODE_MISMATCH", "no node", List.of(), null, null), NOON);
        assertThat(findings(job))
                .singleElement()
                .satisfies(finding -> assertThat(finding.nextStep()).startsWith("correct pod.nodeSelector"));
    }

    @ParameterizedTest
    @EnumSource(value = ReasonCode.class, names = "COMPLETED", mode = EnumSource.Mode.EXCLUDE)
    void everyEndHasASentenceAndANextStep(ReasonCode reason) {
        var job = starting(asked("train", null, null));
        for (var attempt = 1; !job.status().terminal(); attempt++) {
            job.ended(attempt, new Ending(reason, reason.words(), null, 0, NOON), NOON);
        }
        assertThat(findings(job)).singleElement().satisfies(finding -> {
            assertThat(finding.code()).isEqualTo(reason.name());
            assertThat(finding.sentence()).isEqualTo(reason.words());
            assertThat(finding.nextStep()).isNotBlank();
        });
    }

    @Test
    void aJobWhoseImageIsStillToComeSaysSo() {
        var job = starting(JobSamples.ofImage("example.org/train:1"));
        job.stage(1, "RUNNING", "", NOON);
        assertThat(findings(job))
                .containsExactly(new JobDiagnosis.Finding(
                        "PULLING_IMAGE",
                        "it waits for the image example.org/train:1 to be on its node",
                        "nothing: the next job with this image on the same node starts at once",
                        NOON));
    }

    @Test
    void aJobThatStartsNeedsNoExplanation() {
        assertThat(findings(starting(asked("train", null, null)))).isEmpty();
    }

    private static List<JobDiagnosis.Finding> findings(TrainingJob job) {
        var attempts = job.attempts().stream().map(Attempt::view).toList();
        return JobDiagnosis.of(job.facts(), job.spec(), attempts, 0);
    }
}
