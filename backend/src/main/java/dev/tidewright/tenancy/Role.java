package dev.tidewright.tenancy;

import java.util.Locale;

/** What a member may do in a namespace; each role includes the ones before it. */
public enum Role {
    /** Reads everything and calls endpoints. */
    VIEWER,
    /** Also submits jobs, uploads, registers models. */
    EDITOR,
    /** Also deploys, rolls back, moves aliases. */
    DEPLOYER,
    /** Also changes members and, below the platform's limits, the namespace. */
    ADMIN;

    public boolean covers(Role needed) {
        return compareTo(needed) >= 0;
    }

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
