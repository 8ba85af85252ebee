package dev.tidewright.reconcile;

import java.util.UUID;

/**
 * Brings one object nearer to what is wanted. Level-triggered: it reads what is, it does not trust why it was called; it
 * may be stopped at any instruction and called again.
 */
public interface Reconciler {

    /** The kind of work item it takes, e.g. {@code job}. */
    String kind();

    /**
     * Whether a pass waits for somebody outside who may be slow: such passes have places of their own, so that they keep no
     * other waiting.
     */
    default boolean asksOutside() {
        return false;
    }

    /** One pass, without an open transaction. An exception means: again, later and later. */
    Next reconcile(UUID id);
}
