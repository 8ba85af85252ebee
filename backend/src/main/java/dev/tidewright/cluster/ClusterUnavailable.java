package dev.tidewright.cluster;

/** The cluster cannot be asked just now. Says nothing about the workloads in it: their state is unknown, not failed. */
public class ClusterUnavailable extends RuntimeException {

    public ClusterUnavailable(String message, Throwable cause) {
        super(message, cause);
    }
}
