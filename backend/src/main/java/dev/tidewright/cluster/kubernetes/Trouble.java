package dev.tidewright.cluster.kubernetes;

/**
 * Why something is where it is.
 *
 * @param reason as in the port; empty when there is nothing to explain, or nothing is wrong with it
 * @param message one sentence
 */
record Trouble(String reason, String message) {

    static final Trouble NONE = new Trouble("", "");

    static final String IMAGE_PULL = "IMAGE_PULL";
    static final String IMAGE_SLOW = "IMAGE_SLOW";
    static final String CONTAINER_CONFIG = "CONTAINER_CONFIG";
    static final String POD_REFUSED = "POD_REFUSED";
    static final String QUOTA = "QUOTA";
    static final String NO_CAPACITY = "NO_CAPACITY";
    static final String UNSCHEDULABLE = "UNSCHEDULABLE";
    static final String NODE_MISMATCH = "NODE_MISMATCH";
    static final String LOST = "LOST";
    static final String NOT_LISTED = "NOT_LISTED";

    /** Waiting alone hardly mends it: whatever it holds meanwhile is held for nothing. */
    boolean isStubborn() {
        return reason.equals(IMAGE_PULL) || reason.equals(CONTAINER_CONFIG) || reason.equals(POD_REFUSED);
    }
}
