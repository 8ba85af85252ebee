package dev.tidewright;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What concerns the whole installation.
 *
 * @param home the folder for everything kept on disk
 * @param server tells this process from others on the same database, and is the same after a restart; empty: its host and
 *     port
 * @param api where jobs and replicas reach this control plane ({@code TIDEWRIGHT_API_ADDRESS}); empty: this process, on
 *     this machine
 */
@ConfigurationProperties("tidewright")
record CoreSettings(
        String home,
        @DefaultValue("") String server,
        @DefaultValue("") String api) {}
