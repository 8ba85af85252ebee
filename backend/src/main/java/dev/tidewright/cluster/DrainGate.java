package dev.tidewright.cluster;

/** Says when a replica that drains may be stopped. Implemented by whoever sends requests to replicas. */
public interface DrainGate {

    /** True when no request is in flight to this address and none will be sent to it any more. */
    boolean isDrained(String host, int port);
}
