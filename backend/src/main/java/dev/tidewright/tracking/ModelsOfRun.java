package dev.tidewright.tracking;

import java.util.List;
import java.util.UUID;

/**
 * The logged models that a run has to do with.
 *
 * @param read their ids
 */
public record ModelsOfRun(List<ModelOutput> written, List<UUID> read) {

    static final ModelsOfRun NONE = new ModelsOfRun(List.of(), List.of());
}
