package dev.tidewright.training;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Training.
 *
 * @param watch how often an old job is looked at when no hint comes; a young one after as long as it is old, at least a
 *     sixtieth of this
 * @param away how soon a cluster that did not answer is asked again
 * @param stopGrace time between the polite request to stop and the end by force
 */
@ConfigurationProperties("tidewright.training")
record TrainingSettings(
        @DefaultValue("2m") Duration watch,
        @DefaultValue("2s") Duration away,
        @DefaultValue("10s") Duration stopGrace) {}
