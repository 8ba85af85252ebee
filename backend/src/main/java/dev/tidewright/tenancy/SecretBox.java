package dev.tidewright.tenancy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.UUID;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Seals secrets that the platform itself has to read again (AES-256-GCM), each for one owner: in another's row it does not
 * open. The key is {@code TIDEWRIGHT_SECRET_KEY}, or lies in the database, which then keeps a secret only from who sees the
 * one table and not the other. What was sealed before the setting was made still opens.
 */
@Component
public class SecretBox {

    private static final byte BY_DATABASE = 0;
    private static final byte BY_SETTING = 1;
    private static final int SHORTEST = 32;
    private static final int NONCE = 12;
    private static final int TAG_BITS = 128;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final JdbcClient jdbc;
    private final TenancySettings settings;
    private volatile byte[] kept = new byte[0];

    SecretBox(JdbcClient jdbc, TenancySettings settings) {
        if (!settings.secretKey().isEmpty() && settings.secretKey().length() < SHORTEST) {
            throw new IllegalStateException("TIDEWRIGHT_SECRET_KEY is shorter than " + SHORTEST
                    + " characters: give a long random one, for example from `openssl rand -hex 32`");
        }
        this.jdbc = jdbc;
        this.settings = settings;
    }

    /** Thrown where the key is not the one that sealed it; the message says what to do. */
    public static final class Locked extends Exception {
        Locked() {
            super("the secret cannot be opened with the present TIDEWRIGHT_SECRET_KEY: give the secret anew");
        }
    }

    /**
     * Seals a secret.
     *
     * @param owner whose it is
     */
    public byte[] seal(String secret, UUID owner) {
        var by = settings.secretKey().isEmpty() ? BY_DATABASE : BY_SETTING;
        var nonce = new byte[NONCE];
        RANDOM.nextBytes(nonce);
        try {
            var sealed = cipher(Cipher.ENCRYPT_MODE, by, nonce, owner).doFinal(secret.getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.allocate(1 + NONCE + sealed.length)
                    .put(by)
                    .put(nonce)
                    .put(sealed)
                    .array();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** The inverse of {@link #seal}. */
    public String open(byte[] box, UUID owner) throws Locked {
        var content = ByteBuffer.wrap(box);
        var by = content.get();
        var nonce = new byte[NONCE];
        content.get(nonce);
        var sealed = new byte[content.remaining()];
        content.get(sealed);
        if (by == BY_SETTING && settings.secretKey().isEmpty()) {
            throw new Locked();
        }
        try {
            return new String(cipher(Cipher.DECRYPT_MODE, by, nonce, owner).doFinal(sealed), StandardCharsets.UTF_8);
        } catch (GeneralSecurityException anotherKey) {
            throw new Locked();
        }
    }

    private Cipher cipher(int mode, byte by, byte[] nonce, UUID owner) throws GeneralSecurityException {
        var cipher = Cipher.getInstance("AES/GCM/NoPadding");
        var key = by == BY_SETTING ? Tokens.sha256(settings.secretKey()) : kept();
        cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(owner.toString().getBytes(StandardCharsets.US_ASCII));
        return cipher;
    }

    private byte[] kept() {
        if (kept.length == 0) {
            kept = jdbc.sql("SELECT key FROM signing_key WHERE name = 'secrets'")
                    .query(byte[].class)
                    .single();
        }
        return kept;
    }
}
