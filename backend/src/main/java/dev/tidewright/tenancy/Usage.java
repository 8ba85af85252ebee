package dev.tidewright.tenancy;

import dev.tidewright.kernel.Resources;
import java.util.List;
import java.util.UUID;

/**
 * What is held together.
 *
 * @param holds the single rows
 */
record Usage(Resources resources, int jobs, int endpoints, List<Hold> holds) {

    static Usage of(List<Hold> holds) {
        var resources = Resources.NONE;
        var jobs = 0;
        var endpoints = 0;
        for (var hold : holds) {
            resources = resources.plus(hold.resources());
            jobs += hold.jobs();
            endpoints += hold.endpoints();
        }
        return new Usage(resources, jobs, endpoints, holds);
    }

    Usage without(UUID holder) {
        return of(holds.stream().filter(hold -> !hold.holder().equals(holder)).toList());
    }
}
