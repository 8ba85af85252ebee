package dev.tidewright.cluster;

import dev.tidewright.kernel.Name;

/** What is known of clusters without asking them, for those who may not talk to them: services inside a transaction. */
public interface NamespaceCapabilities {

    /** What the namespace's cluster can run; everything, where that one is not configured: it is for itself to refuse. */
    Capabilities of(Name namespace);
}
