package dev.tidewright.training;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class JobStatusTest {

    @ParameterizedTest
    @EnumSource(JobStatus.class)
    void whatHasEndedStaysAsItIsAndEverythingElseCanEnd(JobStatus status) {
        for (var next : JobStatus.values()) {
            assertThat(status.mayBecome(next) && status.terminal()).isFalse();
        }
        assertThat(status.terminal() || reachesCancelled(status)).isTrue();
    }

    @Test
    void whoAskedForTheEndGetsIt() {
        assertThat(JobStatus.STOPPING.mayBecome(JobStatus.CANCELLED)).isTrue();
        assertThat(JobStatus.STOPPING.mayBecome(JobStatus.FAILED)).isFalse();
        assertThat(JobStatus.STOPPING.mayBecome(JobStatus.SUCCEEDED)).isFalse();
    }

    @Test
    void nothingIsFinishedThatWasNeverStarted() {
        assertThat(JobStatus.QUEUED.mayBecome(JobStatus.SUCCEEDED)).isFalse();
        assertThat(JobStatus.QUEUED.mayBecome(JobStatus.RUNNING)).isFalse();
    }

    private static boolean reachesCancelled(JobStatus status) {
        return status.mayBecome(JobStatus.CANCELLED) || status.mayBecome(JobStatus.STOPPING);
    }
}
