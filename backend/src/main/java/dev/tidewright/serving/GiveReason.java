package dev.tidewright.serving;

import org.jspecify.annotations.Nullable;

/** Why an endpoint is stopped, started, or its rollout aborted. */
public record GiveReason(@Nullable String reason) {

    static String of(@Nullable GiveReason command) {
        return command == null || command.reason == null ? "" : command.reason.strip();
    }
}
