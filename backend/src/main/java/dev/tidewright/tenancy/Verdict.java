package dev.tidewright.tenancy;

/** What the ledger says to a hold that the hard limits allow. */
public sealed interface Verdict {

    /** It is held from now on. */
    record Granted() implements Verdict {}

    /**
     * Not now.
     *
     * @param sentence e.g. {@code needs 2 cpu, 1 of 4 free in demo}
     */
    record Waiting(String sentence) implements Verdict {}
}
