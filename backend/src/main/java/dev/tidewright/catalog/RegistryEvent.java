package dev.tidewright.catalog;

import dev.tidewright.kernel.Name;
import java.util.Map;
import java.util.UUID;

/**
 * Something in the registry that has just changed, through whichever door. Published in the transaction that changes it: who
 * listens writes down in that transaction what is to follow, so that both are there afterwards or neither.
 */
public sealed interface RegistryEvent {

    Name namespace();

    ModelName model();

    record ModelCreated(Name namespace, ModelName model, Map<String, String> tags, String description)
            implements RegistryEvent {}

    record VersionCreated(
            Name namespace,
            ModelName model,
            int number,
            UUID version,
            VersionSource source,
            Map<String, String> tags,
            String description)
            implements RegistryEvent {}

    /** A tag of a version is new, or has another value than before. */
    record TagSet(Name namespace, ModelName model, int number, String key, String value) implements RegistryEvent {}

    record TagDeleted(Name namespace, ModelName model, int number, String key) implements RegistryEvent {}

    /** An alias is new, or points elsewhere than before. */
    record AliasSet(Name namespace, ModelName model, Alias alias, int number) implements RegistryEvent {}

    record AliasDeleted(Name namespace, ModelName model, Alias alias) implements RegistryEvent {}
}
