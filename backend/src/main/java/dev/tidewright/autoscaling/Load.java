package dev.tidewright.autoscaling;

/**
 * What an endpoint has to do, all replicas together, in the unit of its policy.
 *
 * @param stable mean over about the last 30 s
 * @param burst mean over about the last 6 s
 * @param settled false until the stable window is filled: then too little is known to take replicas away
 */
record Load(double stable, double burst, boolean settled) {}
