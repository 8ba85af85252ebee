package dev.tidewright.tenancy;

import dev.tidewright.kernel.Name;
import java.util.Optional;
import java.util.UUID;

/** Implemented by the feature that runs jobs: which of them a program's token speaks for. */
public interface LivePrograms {

    /**
     * Looks for what runs.
     *
     * @param attempt that the token was made for
     * @return empty when the attempt has ended, its time is up, or the namespace has none such
     */
    Optional<Caller.Program> find(UUID attempt, Name namespace);
}
