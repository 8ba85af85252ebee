package dev.tidewright.tenancy;

import jakarta.validation.constraints.NotBlank;

/** The present password and the one that replaces it. */
record ChangePassword(@NotBlank String current, @NotBlank String replacement) {}
