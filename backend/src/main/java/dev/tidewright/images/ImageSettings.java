package dev.tidewright.images;

import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Registries that may be asked what a tag means.
 *
 * @param registries as in images: {@code docker.io}, {@code ghcr.io}, {@code registry.example.com:5000}; with {@code
 *     http://} in front, without encryption. Empty: none is asked, because whoever deploys chooses the name, and the
 *     platform may reach more than he may
 * @param timeout for one answer of a registry; at most three are needed
 */
@ConfigurationProperties("tidewright.images")
record ImageSettings(
        @DefaultValue({}) List<String> registries,
        @DefaultValue("2s") Duration timeout) {}
