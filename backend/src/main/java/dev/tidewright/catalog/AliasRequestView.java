package dev.tidewright.catalog;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Somebody's wish to move, set or take away a protected alias.
 *
 * @param from where the alias pointed when it was asked for; null: nowhere
 * @param version where it is to point; null: it is to be taken away
 * @param reason why, as the person says who asks
 * @param askedVia how that person came in: empty, or e.g. {@code token ci}
 * @param decidedBy who approved or declined; null while nobody did, and where it became void by itself
 * @param answer why it was decided so
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record AliasRequestView(
        UUID id,
        String alias,
        @Nullable Integer from,
        @Nullable Integer version,
        String reason,
        Instant askedAt,
        String askedBy,
        String askedVia,
        AliasRequestStatus status,
        @Nullable Instant decidedAt,
        @Nullable String decidedBy,
        String answer) {

    /** {@code @champion to v3}, {@code @champion away}. */
    @JsonIgnore
    public String what() {
        return "@" + alias + (version == null ? " away" : " to v" + version);
    }
}
