package dev.tidewright.catalog;

import java.util.Arrays;
import java.util.Optional;

/** Where a version stands on its way, as clients know it that are older than aliases. */
public enum Stage {
    NONE("None"),
    STAGING("Staging"),
    PRODUCTION("Production"),
    ARCHIVED("Archived");

    private final String label;

    Stage(String label) {
        this.label = label;
    }

    /** What people and clients read. */
    public String label() {
        return label;
    }

    /** Whether versions stand here because somebody uses them. */
    public boolean active() {
        return switch (this) {
            case STAGING, PRODUCTION -> true;
            case NONE, ARCHIVED -> false;
        };
    }

    /** By its label, in capital letters or not. */
    public static Optional<Stage> labelled(String text) {
        return Arrays.stream(values())
                .filter(stage -> stage.label.equalsIgnoreCase(text))
                .findFirst();
    }
}
