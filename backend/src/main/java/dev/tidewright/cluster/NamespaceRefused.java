package dev.tidewright.cluster;

/** A namespace that the cluster does not have and will not get; the message says why, and what an admin of it can do. */
public class NamespaceRefused extends RuntimeException {

    public NamespaceRefused(String message) {
        super(message);
    }
}
