package dev.tidewright.catalog;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One move of an alias.
 *
 * @param id grows with every move of any alias; the newest of an alias is its ETag
 * @param from where it pointed before; null when it was new
 * @param version where it points since; null when it was removed
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record AliasView(
        long id,
        String alias,
        @Nullable Integer from,
        @Nullable Integer version,
        Instant at,
        String actor,
        String reason) {}
