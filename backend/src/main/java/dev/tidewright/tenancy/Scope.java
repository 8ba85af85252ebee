package dev.tidewright.tenancy;

/** The most that a token may be used for, whatever roles its owner has; each scope includes the ones before it. */
public enum Scope {
    /** Only calls endpoints through the gateway. */
    INVOKE(null),
    READ(Role.VIEWER),
    WRITE(Role.EDITOR),
    DEPLOY(Role.DEPLOYER),
    /** Everything its owner may do, platform administration included. */
    ADMIN(Role.ADMIN);

    private final @org.jspecify.annotations.Nullable Role most;

    Scope(@org.jspecify.annotations.Nullable Role most) {
        this.most = most;
    }

    boolean allows(Role role) {
        return most != null && most.covers(role);
    }
}
