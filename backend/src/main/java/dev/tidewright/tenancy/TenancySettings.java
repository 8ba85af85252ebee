package dev.tidewright.tenancy;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The first start.
 *
 * @param adminPassword the first admin's password ({@code TIDEWRIGHT_ADMIN_PASSWORD}); empty: one is made and shown once
 * @param adminReset ({@code TIDEWRIGHT_ADMIN_RESET=true}) every start gives {@code admin} a new password and enables the
 *     account again: the way back for who lost it
 * @param adminToken a first token of scope ADMIN ({@code TIDEWRIGHT_ADMIN_TOKEN}); empty: none
 * @param secretKey ({@code TIDEWRIGHT_SECRET_KEY}) what secrets are sealed with that the platform itself has to read again, at
 *     least 32 characters; empty: a key that lies in the database beside them
 */
@ConfigurationProperties("tidewright.tenancy")
record TenancySettings(
        @DefaultValue("") String adminPassword,
        @DefaultValue("") String adminToken,
        @DefaultValue("false") boolean adminReset,
        @DefaultValue("") String secretKey) {}
