package dev.tidewright.serving;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tidewright.catalog.ModelName;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a revision serves, resolved to the last byte: exactly one of a model version, a source and an image.
 *
 * @param command argument list; empty: what the model's runtime, the source or the image brings
 * @param entryPoint a file of the source; null: told by {@code command} or the source
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Served(
        @Nullable Model model,
        @Nullable Source source,
        @Nullable String image,
        List<String> command,
        @Nullable String entryPoint) {

    public Served {
        command = List.copyOf(command);
    }

    /**
     * A version of a registered model.
     *
     * @param alias by which it was asked for; null when it was asked for by number
     * @param follow whether another version is served once the alias is moved; null for no
     * @param versionId never changes, unlike the alias
     * @param digest of all its files together
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Model(
            ModelName name,
            int version,
            @Nullable String alias,
            @Nullable Boolean follow,
            UUID versionId,
            String digest) {

        @JsonIgnore
        public boolean follows() {
            return Boolean.TRUE.equals(follow);
        }

        Model at(int otherVersion, UUID otherId, String otherDigest) {
            return new Model(name, otherVersion, alias, follow, otherId, otherDigest);
        }
    }

    /**
     * An uploaded source.
     *
     * @param upload what it was made from; the bytes are kept by the revision itself
     * @param kind {@code script}, {@code notebook} or {@code archive}
     * @param size bytes
     */
    public record Source(UUID upload, String kind, String fileName, String digest, long size) {}

    /** For lists and sentences: {@code diabetes version 3 (champion)}. */
    @JsonIgnore
    public String words() {
        if (model != null) {
            return model.name() + " version " + model.version()
                    + (model.alias() == null ? "" : (model.follows() ? " (follows " : " (") + model.alias() + ")");
        }
        return source != null ? source.fileName() : "image " + image;
    }
}
