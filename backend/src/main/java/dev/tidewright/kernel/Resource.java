package dev.tidewright.kernel;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The shape of every object of the API: what it is, who it is, what is wanted, what is.
 *
 * @param spec what the user asked for
 * @param status what the platform found, with a reason in words
 */
public record Resource<S, T>(String apiVersion, String kind, Metadata metadata, S spec, T status) {

    public static final String API_VERSION = "tidewright.dev/v1";

    public static <S, T> Resource<S, T> of(String kind, Metadata metadata, S spec, T status) {
        return new Resource<>(API_VERSION, kind, metadata, spec, status);
    }

    /** The strong ETag of this object. */
    public String entityTag() {
        return "\"" + metadata.resourceVersion() + "\"";
    }

    /**
     * Who an object is.
     *
     * @param resourceVersion changes with every change of the object; the value of its ETag
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Metadata(
            String name,
            @Nullable String namespace,
            UUID uid,
            Map<String, String> labels,
            long resourceVersion,
            Instant createdAt,
            String createdBy) {}
}
