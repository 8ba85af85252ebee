package dev.tidewright.reconcile;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The loop.
 *
 * @param enabled off in tests that turn the loop by hand
 * @param tick how long the loop sleeps when nothing wakes it
 * @param concurrency passes at the same time
 * @param outside passes at the same time that wait for somebody outside; they come on top
 * @param stopGrace how long a stop waits for passes to end
 */
@ConfigurationProperties("tidewright.reconcile")
record ReconcileSettings(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("500ms") Duration tick,
        @DefaultValue("16") @Min(1) @Max(256) int concurrency,
        @DefaultValue("64") @Min(1) @Max(1024) int outside,
        @DefaultValue("10s") Duration stopGrace) {}
