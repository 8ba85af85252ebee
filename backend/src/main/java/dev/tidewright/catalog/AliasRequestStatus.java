package dev.tidewright.catalog;

/** How far a request to move a protected alias is. */
public enum AliasRequestStatus {
    /** Nobody has decided yet. */
    WAITING,
    /** A second person has approved it, and the alias was moved. */
    APPROVED,
    DECLINED,
    /** What it was about is no longer so: the alias or the version changed meanwhile. */
    VOID
}
