package dev.tidewright.serving;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Serving.
 *
 * @param gateway what callers put before {@code /namespace/endpoint}
 * @param fast time between passes while replicas are being moved
 * @param slow time between passes otherwise; changes in the cluster wake the loop sooner
 * @param stopGrace time between the polite request to stop a replica and the end by force
 */
@ConfigurationProperties("tidewright.serving")
record ServingSettings(
        @DefaultValue("http://127.0.0.1:8081") String gateway,
        @DefaultValue("300ms") Duration fast,
        @DefaultValue("3s") Duration slow,
        @DefaultValue("10s") Duration stopGrace) {}
