package dev.tidewright.tenancy;

import dev.tidewright.kernel.Name;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/**
 * A new account.
 *
 * @param password null for a service account, which uses tokens only
 */
record CreateUser(
        @NotNull Name name,
        @Nullable @Size(max = 200) String displayName,
        @Nullable String password,
        boolean platformAdmin) {}
