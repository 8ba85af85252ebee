package dev.tidewright.mlflow;

import dev.tidewright.webhooks.VersionSources;
import java.util.UUID;
import org.springframework.stereotype.Component;

/** What receivers are told is what clients read. */
@Component
class WireSources implements VersionSources {

    @Override
    public String of(UUID version) {
        return ArtifactPlace.ofVersion(version);
    }
}
