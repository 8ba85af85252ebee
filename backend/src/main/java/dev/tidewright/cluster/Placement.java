package dev.tidewright.cluster;

import dev.tidewright.kernel.Name;

/** Knows which cluster a namespace belongs to. Implemented by whoever keeps namespaces. */
public interface Placement {

    /** The cluster's name, which need not be configured any more; for a namespace that never was, the default. */
    Name clusterOf(Name namespace);
}
