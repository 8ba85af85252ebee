package dev.tidewright.artifacts;

import java.nio.file.Path;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Files.
 *
 * @param folder where bytes lie; one file system
 * @param maxSize the largest single file that is taken
 * @param keepUploads how long an upload stays after its last use
 * @param collectAfter how long bytes stay that no row refers to
 */
@ConfigurationProperties("tidewright.artifacts")
record ArtifactSettings(
        Path folder,
        @DefaultValue("64GB") DataSize maxSize,
        @DefaultValue("24h") Duration keepUploads,
        @DefaultValue("1h") Duration collectAfter) {}
