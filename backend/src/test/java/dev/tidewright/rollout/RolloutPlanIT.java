package dev.tidewright.rollout;

import org.junit.jupiter.api.Test;

/** More histories than one waits for while writing code. */
class RolloutPlanIT {

    @Test
    void boundsHoldInManyMoreHistories() {
        RolloutPlanTest.playHistories(1_000, 10_000);
    }
}
