package dev.tidewright.tenancy;

import dev.tidewright.kernel.Name;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/** A new namespace; without limits it gets {@link Limits#DEFAULT}. */
record CreateNamespace(
        @NotNull Name name,
        @Nullable @Size(max = 1000) String description,
        @Nullable Limits limits) {

    String descriptionOrEmpty() {
        return description == null ? "" : description;
    }
}
