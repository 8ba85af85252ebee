package dev.tidewright.tenancy;

import dev.tidewright.kernel.Resources;
import java.util.List;

/**
 * What is held together.
 *
 * @param holds the single rows, where they were asked for
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

    /** With what some more hold; who they are is not told. */
    Usage plus(Resources more, long moreJobs, long moreEndpoints) {
        return new Usage(resources.plus(more), (int) (jobs + moreJobs), (int) (endpoints + moreEndpoints), holds);
    }
}
