package dev.tidewright.tenancy;

/** The one time that a secret is shown. */
record NewToken(TokenView token, String secret) {}
