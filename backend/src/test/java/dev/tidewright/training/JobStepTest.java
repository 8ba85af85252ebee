package dev.tidewright.training;

import static dev.tidewright.training.JobSamples.ANA;
import static dev.tidewright.training.JobSamples.NOON;
import static dev.tidewright.training.JobSamples.asked;
import static dev.tidewright.training.JobSamples.exit;
import static dev.tidewright.training.JobSamples.failure;
import static dev.tidewright.training.JobSamples.queued;
import static dev.tidewright.training.JobSamples.running;
import static dev.tidewright.training.JobSamples.seen;
import static dev.tidewright.training.JobSamples.starting;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidewright.cluster.Observation;
import dev.tidewright.cluster.Observation.Phase;
import dev.tidewright.kernel.Refusal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobStepTest {

    private static final Duration GRACE = Duration.ofSeconds(10);

    private static final SubmitJob PLAIN = asked("train", null, null);

    @Test
    void aWaitingJobAsksForItsQuota() {
        assertThat(step(queued(PLAIN), seen(Phase.ABSENT, null))).isInstanceOf(JobStep.Admit.class);
    }

    @Test
    void anAttemptThatTheClusterDoesNotKnowIsStarted() {
        assertThat(step(starting(PLAIN), seen(Phase.ABSENT, null))).isInstanceOf(JobStep.Launch.class);
    }

    @Test
    void anAttemptThatRanAndIsGoneIsLostAndNotStartedAgainUnderItsName() {
        var step = step(running(PLAIN), seen(Phase.ABSENT, null));
        assertThat(step)
                .isInstanceOfSatisfying(
                        JobStep.Conclude.class,
                        conclude -> assertThat(conclude.ending().reason()).isEqualTo(ReasonCode.LOST));
    }

    @ParameterizedTest
    @CsvSource({
        "0, COMPLETED, '', COMPLETED",
        "1, EXIT_CODE, '', EXIT_CODE",
        "1, EXIT_CODE, '{\"reason\":\"NOTEBOOK_FAILED\",\"message\":\"cell 3\"}', NOTEBOOK_FAILED",
        "120, EXIT_CODE, '{\"reason\":\"ENVIRONMENT_FAILED\",\"message\":\"no such package\"}', ENVIRONMENT_FAILED",
        "122, EXIT_CODE, '{\"reason\":\"COMMAND_NOT_FOUND\"}', COMMAND_NOT_FOUND",
        "3, EXIT_CODE, '{\"reason\":\"USER_CODE_FAILED\",\"message\":\"ValueError\"}', EXIT_CODE",
        "2, EXIT_CODE, 'no json at all', EXIT_CODE",
        "2, EXIT_CODE, '[1,2]', EXIT_CODE",
        "137, OUT_OF_MEMORY, '', OUT_OF_MEMORY",
        "143, DEADLINE_EXCEEDED, '', DEADLINE_EXCEEDED",
        "143, STOPPED, '', LOST",
        "-1, LOST, '', LOST"
    })
    void theEndHasAReason(int code, String reason, String lastWords, ReasonCode expected) {
        var phase = code == 0 ? Phase.SUCCEEDED : Phase.FAILED;
        var step = step(running(PLAIN), seen(phase, exit(code, reason, lastWords)));
        assertThat(step).isInstanceOfSatisfying(JobStep.Conclude.class, conclude -> {
            assertThat(conclude.ending().reason()).isEqualTo(expected);
            assertThat(conclude.ending().sentence()).isNotBlank();
        });
    }

    @ParameterizedTest
    @CsvSource({
        "'{\"message\":\"train.py ended with exit code 3: no data\"}', train.py ended with exit code 3: no data",
        "'{\"message\":\"train.py ended with exit code 3.\"}', train.py ended with exit code 3",
        "no data, exit code 3: no data",
        "'', exit code 3"
    })
    void anExitCodeIsToldOnce(String lastWords, String sentence) {
        var step = step(running(PLAIN), seen(Phase.FAILED, exit(3, "EXIT_CODE", lastWords)));
        assertThat(step)
                .isInstanceOfSatisfying(
                        JobStep.Conclude.class,
                        conclude -> assertThat(conclude.ending().sentence()).isEqualTo(sentence));
    }

    @ParameterizedTest
    @CsvSource({
        "0, COMPLETED, '', it ran to its end",
        "0, COMPLETED, '{\"reason\":\"COMPLETED\",\"warning\":\"1 value was not taken\"}',"
                + " it ran to its end; but 1 value was not taken",
        "137, EXIT_CODE, '', ended by signal 9 (SIGKILL) before it could say why",
        "137, EXIT_CODE, '{\"message\":\"train.py was ended\"}', exit code 137: train.py was ended",
        "200, EXIT_CODE, '', exit code 200"
    })
    void theEndHasASentence(int code, String reason, String lastWords, String sentence) {
        var phase = code == 0 ? Phase.SUCCEEDED : Phase.FAILED;
        var step = step(running(PLAIN), seen(phase, exit(code, reason, lastWords)));
        assertThat(step)
                .isInstanceOfSatisfying(
                        JobStep.Conclude.class,
                        conclude -> assertThat(conclude.ending().sentence()).isEqualTo(sentence));
    }

    @Test
    void aWorkloadThatCanNeverStartSaysWhy() {
        var never = new Observation(
                seen(Phase.FAILED, null).id(),
                Phase.FAILED,
                "IMAGE_UNSUPPORTED",
                "no images here",
                List.of(),
                null,
                null);
        assertThat(step(starting(PLAIN), never)).isInstanceOfSatisfying(JobStep.Conclude.class, conclude -> {
            assertThat(conclude.ending().reason()).isEqualTo(ReasonCode.IMAGE_UNSUPPORTED);
            assertThat(conclude.ending().sentence()).isEqualTo("no images here");
        });
    }

    @Test
    void anImageThatCannotBePulledEndsTheJobWithoutAnotherTry() {
        var job = starting(asked("train", new SubmitJob.Retries(5, null), null));
        var id = seen(Phase.FAILED, null).id();
        var why = "the image a/b:1 cannot be pulled: docker.io has no such image or tag";
        var waiting = new Observation(id, Phase.PENDING, "IMAGE_PULL", why, List.of(), null, null);
        assertThat(step(job, waiting)).isInstanceOf(JobStep.Watch.class);
        job.observed(1, waiting, NOON);
        assertThat(job.facts().reasonCode()).isEqualTo(ReasonCode.IMAGE_PULL);
        assertThat(job.sentence()).isEqualTo(why);
        var over = new Observation(id, Phase.FAILED, "IMAGE_PULL", why, List.of(), null, null);
        assertThat(step(job, over)).isInstanceOfSatisfying(JobStep.Conclude.class, conclude -> {
            assertThat(conclude.ending().exitCode()).isNull();
            job.ended(1, conclude.ending(), NOON);
        });
        assertThat(job.status()).isEqualTo(JobStatus.FAILED);
        assertThat(job.facts().reasonCode()).isEqualTo(ReasonCode.IMAGE_PULL);
        assertThat(job.sentence()).isEqualTo(why);
    }

    @Test
    void whatTheClusterTookAwaySaysSoAndIsTriedAgain() {
        var job = running(PLAIN);
        var seen = new Observation(
                seen(Phase.FAILED, null).id(),
                Phase.FAILED,
                "LOST",
                "its node node-7 does not answer any more",
                List.of(),
                NOON,
                exit(-1, "LOST", ""));
        assertThat(step(job, seen)).isInstanceOfSatisfying(JobStep.Conclude.class, conclude -> {
            assertThat(conclude.ending().exitCode()).isNull();
            job.ended(1, conclude.ending(), NOON);
        });
        assertThat(job.status()).isEqualTo(JobStatus.STARTING);
        assertThat(job.sentence())
                .isEqualTo("attempt 1 ended: its node node-7 does not answer any more; attempt 2 follows");
    }

    @Test
    void aStoppedJobWhoseEndNobodySawHasNoExitCode() {
        var job = running(PLAIN);
        job.stop(ANA, "", NOON);
        assertThat(step(job, seen(Phase.FAILED, exit(-1, "LOST", ""))))
                .isInstanceOfSatisfying(
                        JobStep.Conclude.class,
                        conclude -> assertThat(conclude.ending().exitCode()).isNull());
    }

    @Test
    void aClusterThatForgetsTheDeadlineIsReminded() {
        var job = running(asked("train", null, "30m"));
        var late = NOON.plus(Duration.ofMinutes(31));
        assertThat(JobStep.next(job.state(), seen(Phase.RUNNING, null), GRACE, late))
                .isInstanceOfSatisfying(
                        JobStep.Conclude.class,
                        conclude -> assertThat(conclude.ending().reason()).isEqualTo(ReasonCode.DEADLINE_EXCEEDED));
        assertThat(JobStep.next(job.state(), seen(Phase.RUNNING, null), GRACE, NOON.plusSeconds(1799)))
                .isInstanceOf(JobStep.Watch.class);
        var leaving = NOON.plus(Duration.ofMinutes(31));
        assertThat(JobStep.next(job.state(), seen(Phase.RUNNING, null), Duration.ofMinutes(2), leaving))
                .as("it may take so long to end, and is heard until then")
                .isInstanceOf(JobStep.Watch.class);
    }

    @Test
    void laterAttemptsHaveOnlyWhatIsLeftOfTheDeadline() {
        var job = running(asked("train", new SubmitJob.Retries(3, null), "30m"));
        job.ended(1, failure(1), NOON.plus(Duration.ofMinutes(20)));
        var second = job.state().current().orElseThrow();
        assertThat(job.state().deadline(second)).isEqualTo(Duration.ofMinutes(10));
    }

    @Test
    void aStoppedJobIsTakenAwayUntilNothingIsLeftAndEndsCancelledWhateverItsExitCode() {
        var job = running(PLAIN);
        job.stop(ANA, "wrong data", NOON);
        assertThat(step(job, seen(Phase.RUNNING, null))).isInstanceOf(JobStep.Stop.class);
        var gone = step(job, seen(Phase.FAILED, exit(1, "EXIT_CODE", "")));
        assertThat(gone).isInstanceOfSatisfying(JobStep.Conclude.class, conclude -> {
            assertThat(conclude.ending().reason()).isEqualTo(ReasonCode.CANCELLED);
            assertThat(conclude.ending().sentence()).isEqualTo("stopped by ana: wrong data");
            job.ended(1, conclude.ending(), NOON);
        });
        assertThat(job.status()).isEqualTo(JobStatus.CANCELLED);
    }

    @Test
    void remainsAreClearedBeforeTheNextAttemptIsStarted() {
        var job = running(asked("train", new SubmitJob.Retries(1, null), null));
        job.ended(1, failure(1), NOON);
        assertThat(job.status()).isEqualTo(JobStatus.STARTING);
        assertThat(step(job, seen(Phase.ABSENT, null))).isInstanceOf(JobStep.Clear.class);
        job.cleared(1);
        assertThat(step(job, seen(Phase.ABSENT, null)))
                .isInstanceOfSatisfying(
                        JobStep.Launch.class,
                        launch -> assertThat(launch.attempt().workload()).isEqualTo("train-a2"));
    }

    @Test
    void retriesFollowTheExitCodes() {
        var job = running(asked("train", new SubmitJob.Retries(2, List.of(75)), null));
        job.ended(1, failure(75), NOON);
        assertThat(job.status()).isEqualTo(JobStatus.STARTING);
        job.ended(2, failure(1), NOON);
        assertThat(job.status()).isEqualTo(JobStatus.FAILED);
        assertThat(job.sentence()).isEqualTo("exit code 1");
    }

    @Test
    void retriesEndWithTheirLimit() {
        var job = running(asked("train", new SubmitJob.Retries(2, null), null));
        job.ended(1, failure(1), NOON);
        job.ended(2, failure(1), NOON);
        assertThat(job.status()).isEqualTo(JobStatus.STARTING);
        job.ended(3, failure(1), NOON);
        assertThat(job.status()).isEqualTo(JobStatus.FAILED);
        assertThat(job.attempts()).hasSize(3);
    }

    @Test
    void aBrokenEnvironmentIsNotTriedAgainForNothing() {
        var job = running(asked("train", new SubmitJob.Retries(5, null), null));
        job.ended(1, new Ending(ReasonCode.ENVIRONMENT_FAILED, "no such package", 120, 0, NOON), NOON);
        assertThat(job.status()).isEqualTo(JobStatus.FAILED);
    }

    @Test
    void lossesAreMadeGoodWithoutAnyRetriesButNotForEver() {
        var job = running(PLAIN);
        for (var attempt = 1; attempt <= TrainingJob.MAX_LOSSES; attempt++) {
            job.ended(attempt, Ending.lost(NOON), NOON);
            assertThat(job.status()).isEqualTo(JobStatus.STARTING);
        }
        job.ended(TrainingJob.MAX_LOSSES + 1, Ending.lost(NOON), NOON);
        assertThat(job.status()).isEqualTo(JobStatus.FAILED);
    }

    @Test
    void anEndThatIsToldTwiceIsOneEnd() {
        var job = running(asked("train", new SubmitJob.Retries(1, null), null));
        job.ended(1, failure(1), NOON);
        job.ended(1, failure(1), NOON);
        assertThat(job.attempts()).hasSize(2);
    }

    @Test
    void aClusterThatDoesNotAnswerMakesUnknownAndTheNextAnswerKnown() {
        var job = running(PLAIN);
        job.unknown("it is away", NOON);
        job.unknown("it is away", NOON.plusSeconds(60));
        assertThat(job.facts().unknownSince()).isEqualTo(NOON);
        assertThat(job.status()).isEqualTo(JobStatus.RUNNING);
        job.observed(1, seen(Phase.RUNNING, null), NOON.plusSeconds(90));
        assertThat(job.facts().unknownSince()).isNull();
    }

    @Test
    void stoppingAWaitingJobEndsItAtOnceAndTwiceIsHarmless() {
        var job = queued(PLAIN);
        job.stop(ANA, "", NOON);
        job.stop(ANA, "", NOON);
        assertThat(job.status()).isEqualTo(JobStatus.CANCELLED);
    }

    @Test
    void whatHasEndedCannotBeStopped() {
        var job = running(PLAIN);
        job.ended(1, failure(1), NOON);
        assertThatThrownBy(() -> job.stop(ANA, "", NOON))
                .isInstanceOf(Refusal.Conflict.class)
                .hasMessageContaining("already failed");
    }

    private static JobStep step(TrainingJob job, Observation seen) {
        return JobStep.next(job.state(), seen, GRACE, now());
    }

    private static Instant now() {
        return NOON.plusSeconds(1);
    }
}
