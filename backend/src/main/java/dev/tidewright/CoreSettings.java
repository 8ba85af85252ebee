package dev.tidewright;

import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * What concerns the whole installation.
 *
 * @param home the folder for everything kept on disk
 */
@ConfigurationProperties("tidewright")
record CoreSettings(String home) {}
