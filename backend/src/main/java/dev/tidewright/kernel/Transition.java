package dev.tidewright.kernel;

import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One thing that happened to one object. Entities register it as a domain event in their single status door; {@code
 * history} writes it as an append-only row in the same transaction. It is also the record of changes that are no status
 * change (an alias moved, a quota changed): then {@code from} and {@code to} are the values before and after.
 *
 * @param namespace the namespace it belongs to, or null for platform-wide objects
 * @param kind kebab-case kind of the object: {@code job}, {@code endpoint}, {@code model-version}, {@code namespace} …
 * @param name what people call it, e.g. {@code diabetes} or {@code diabetes/3}
 * @param verb what happened, past tense kebab-case: {@code submitted}, {@code status}, {@code alias-moved}
 * @param reason one sentence: why, with the number behind it
 * @param facts further details as text (parameters that changed, a revision number)
 */
public record Transition(
        @Nullable String namespace,
        String kind,
        UUID objectId,
        String name,
        String verb,
        @Nullable String from,
        @Nullable String to,
        String reason,
        Actor actor,
        Instant at,
        Map<String, String> facts) {

    public Transition {
        facts = Map.copyOf(facts);
    }
}
