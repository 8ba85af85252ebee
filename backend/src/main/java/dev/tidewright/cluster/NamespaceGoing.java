package dev.tidewright.cluster;

import dev.tidewright.kernel.Name;

/** The cluster is deleting a namespace: it is made again when it is gone. The message says so, and what to do meanwhile. */
public class NamespaceGoing extends ClusterUnavailable {

    private static final String WORDS = "somebody has had the cluster delete the namespace ";

    private NamespaceGoing(String message, Throwable cause) {
        super(message, cause);
    }

    /**
     * Of this namespace.
     *
     * @param held what the cluster says is still in its way, as half a sentence; empty where nothing is
     */
    public static NamespaceGoing of(Name namespace, String held) {
        return new NamespaceGoing(
                WORDS + namespace + ", and with it all that runs there: as soon as it is gone, it is made again"
                        + (held.isEmpty() ? "" : "; it is not yet, because " + held),
                new IllegalStateException());
    }

    /** The same of a cluster that has a name. */
    NamespaceGoing in(Name cluster) {
        return new NamespaceGoing("cluster " + cluster + ": " + getMessage(), this);
    }

    /** Whether a sentence that was kept is one of these. */
    public static boolean says(String sentence) {
        return sentence.contains(WORDS);
    }
}
