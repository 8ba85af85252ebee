package dev.tidewright.tenancy;

import dev.tidewright.kernel.Resources;
import java.util.UUID;

/**
 * A part of a namespace's quota that something wants to hold.
 *
 * @param holder its id; holding again with the same id resizes
 * @param kind {@code job} or {@code endpoint}
 * @param name what people call the holder
 * @param jobs 1 for a running job, else 0
 * @param endpoints 1 for an endpoint, else 0
 */
public record Hold(UUID holder, String kind, String name, Resources resources, int jobs, int endpoints) {}
