package dev.tidewright.training;

import static dev.tidewright.training.JobSamples.NOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.tidewright.cluster.Observation;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobStagesTest {

    /** Outputs are kept of a run that failed too: the launcher has reported every stage by then. */
    @ParameterizedTest
    @CsvSource({
        "EXIT_CODE, UPLOADING, Run",
        "NOTEBOOK_FAILED, UPLOADING, Run",
        "EXIT_CODE, FETCHING, Fetch source",
        "UPLOAD_FAILED, UPLOADING, Keep results",
        "ENVIRONMENT_FAILED, BUILDING_ENVIRONMENT, Environment",
        "SOURCE_INVALID, FETCHING, Fetch source",
        "COMMAND_NOT_FOUND, BUILDING_ENVIRONMENT, Run",
        "OUT_OF_MEMORY, RUNNING, Run",
        "DEADLINE_EXCEEDED, UPLOADING, Keep results"
    })
    void theCrossIsAtTheStepThatIsToBlame(ReasonCode reason, String reached, String blamed) {
        var job = JobSamples.running(JobSamples.asked("train", null, null));
        var stages = List.of("FETCHING", "BUILDING_ENVIRONMENT", "RUNNING", "UPLOADING");
        stages.subList(0, stages.indexOf(reached) + 1).forEach(stage -> job.stage(1, stage, "", NOON));
        job.ended(1, new Ending(reason, "why", 1, 0, NOON), NOON);
        assertThat(stages(job).subList(0, 5))
                .filteredOn(stage -> "failed".equals(stage.st()))
                .extracting(JobStages.Stage::label)
                .containsExactly(blamed);
    }

    /** What brings its source has ended; whether the program runs only the cluster knows. */
    @Test
    void aJobThatWaitsForItsImageDoesNotRunYet() {
        var job = carried();
        assertThat(stages(job))
                .filteredOn(JobStages.Stage::current)
                .singleElement()
                .isEqualTo(new JobStages.Stage(
                        "Image",
                        "running",
                        NOON.plusSeconds(2),
                        null,
                        "waits for the image example.org/train:1",
                        true));
        assertThat(job.attempts().getLast().view().stages().getLast().phase()).isEqualTo("PULLING_IMAGE");
    }

    @Test
    void itRunsFromWhenTheClusterHasStartedIt() {
        var job = carried();
        var seen = JobSamples.seen(Observation.Phase.RUNNING, null);
        var started = NOON.plusSeconds(40);
        job.observed(
                1, new Observation(seen.id(), seen.phase(), "", "", List.of(), started, null), NOON.plusSeconds(41));
        job.stage(1, "RUNNING", "", NOON.plusSeconds(42));
        assertThat(stages(job))
                .extracting(JobStages.Stage::label, JobStages.Stage::since, JobStages.Stage::seconds)
                .contains(tuple("Image", NOON.plusSeconds(2), 38.0), tuple("Run", started, null));
    }

    @Test
    void aRunThatEndsBeforeItWasSeenIsAStageNevertheless() {
        var job = carried();
        job.stage(1, "UPLOADING", "", NOON.plusSeconds(5));
        job.ended(1, new Ending(ReasonCode.COMPLETED, "", 0, 0, NOON.plusSeconds(6)), NOON.plusSeconds(6));
        assertThat(job.attempts().getLast().view().stages())
                .extracting(Attempt.StageView::phase, Attempt.StageView::seconds)
                .containsExactly(
                        tuple("FETCHING", 1.0),
                        tuple("PULLING_IMAGE", 0.0),
                        tuple("RUNNING", 3.0),
                        tuple("UPLOADING", 1.0));
    }

    @Test
    void anImageThatNeverCameIsToBlame() {
        var job = carried();
        job.ended(1, new Ending(ReasonCode.IMAGE_PULL, "why", null, 0, NOON.plusSeconds(600)), NOON.plusSeconds(600));
        assertThat(stages(job))
                .filteredOn(stage -> "failed".equals(stage.st()))
                .extracting(JobStages.Stage::label)
                .contains("Image")
                .doesNotContain("Run");
    }

    private static TrainingJob carried() {
        var job = JobSamples.starting(JobSamples.ofImage("example.org/train:1"));
        job.stage(1, "FETCHING", "", NOON.plusSeconds(1));
        job.stage(1, "RUNNING", "", NOON.plusSeconds(2));
        return job;
    }

    private static List<JobStages.Stage> stages(TrainingJob job) {
        return JobStages.of(JobView.whole(job, Map.of(), 0, NOON).status(), NOON);
    }
}
