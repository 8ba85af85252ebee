package dev.tidewright.tenancy;

import java.util.UUID;

/** Published in the transaction that gives quota back or raises a limit: waiting work may fit now. */
public record QuotaReleased(UUID namespaceId) {}
