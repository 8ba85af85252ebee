package dev.tidewright.tenancy;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;

/** Makes and hashes secrets. */
final class Tokens {

    private static final SecureRandom RANDOM = new SecureRandom();

    private static final String PREFIX = "tw_";

    private Tokens() {}

    /** {@code tw_} and 256 random bits. */
    static String random() {
        return PREFIX + text(32);
    }

    /** A password that a person can copy: 120 random bits. */
    static String password() {
        return text(15);
    }

    static byte[] sha256(String secret) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static String text(int bytes) {
        var random = new byte[bytes];
        RANDOM.nextBytes(random);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    }
}
