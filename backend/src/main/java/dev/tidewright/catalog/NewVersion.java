package dev.tidewright.catalog;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A version to be made.
 *
 * @param requirements what the model needs to be loaded; told by its files or its origin where null
 * @param told what its client says of it
 */
public record NewVersion(
        VersionOrigin origin,
        @Nullable String description,
        @Nullable Map<String, String> tags,
        @Nullable List<String> requirements,
        Told told) {

    /**
     * What a client says of a version, remembered for that client.
     *
     * @param uri the address that it calls the origin by
     * @param run the run it names; that of the origin where null
     * @param loggedModel the logged model it names; that of the origin where null
     * @param link the address of a run elsewhere
     */
    public record Told(
            @Nullable String uri,
            @Nullable UUID run,
            @Nullable UUID loggedModel,
            @Nullable String link) {

        static final Told NOTHING = new Told(null, null, null, null);
    }
}
