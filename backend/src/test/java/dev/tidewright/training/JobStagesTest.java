package dev.tidewright.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
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
        stages.subList(0, stages.indexOf(reached) + 1).forEach(stage -> job.stage(1, stage, "", JobSamples.NOON));
        job.ended(1, new Ending(reason, "why", 1, 0, JobSamples.NOON), JobSamples.NOON);
        var shown =
                JobStages.of(JobView.whole(job, Map.of(), 0, JobSamples.NOON).status(), JobSamples.NOON);
        assertThat(shown.subList(0, 5))
                .filteredOn(stage -> "failed".equals(stage.st()))
                .extracting(JobStages.Stage::label)
                .containsExactly(blamed);
    }
}
