package dev.tidewright.artifacts;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Text;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** SHA-256 of some bytes, written {@code sha256:} and 64 lower-case hexadecimal digits. */
public record Digest(@JsonValue String value) {

    private static final String PREFIX = "sha256:";
    private static final Pattern FORM = Pattern.compile(PREFIX + "[0-9a-f]{64}");

    public Digest {
        if (!FORM.matcher(value).matches()) {
            throw wrong("digest", value);
        }
    }

    /** As clients send it; capital letters are accepted. */
    @JsonCreator
    public static Digest of(String value) {
        return new Digest(value.strip().toLowerCase(Locale.ROOT));
    }

    /** What a header says of the bytes that follow; null when it says nothing. */
    static @Nullable Digest declared(@Nullable String header) {
        if (header == null) {
            return null;
        }
        var asked = header.strip().toLowerCase(Locale.ROOT);
        if (!FORM.matcher(asked).matches()) {
            throw wrong("X-Content-Digest", header);
        }
        return new Digest(asked);
    }

    private static Refusal wrong(String field, String value) {
        return new Refusal.Invalid(
                "invalid-digest",
                field,
                "\"" + Text.shortened(value, 80) + "\" is not a digest: give \"sha256:\" and 64 hexadecimal digits");
    }

    static Digest of(byte[] hash) {
        return new Digest(PREFIX + HexFormat.of().formatHex(hash));
    }

    static MessageDigest algorithm() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    /** The 64 digits alone. */
    public String hex() {
        return value.substring(PREFIX.length());
    }

    @Override
    public String toString() {
        return value;
    }
}
