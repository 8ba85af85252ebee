package dev.tidewright.kernel;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;

/** UUIDs of version 7 (RFC 9562 §5.7): 48 bits of milliseconds, then random bits, so that ids sort by age. */
public final class Ids {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Pattern HEX = Pattern.compile("[0-9a-f]{32}");

    private Ids() {}

    public static UUID next(Instant now) {
        var high = (now.toEpochMilli() << 16) | 0x7000L | (RANDOM.nextLong() & 0x0fffL);
        var low = (RANDOM.nextLong() & 0x3fffffffffffffffL) | 0x8000000000000000L;
        return new UUID(high, low);
    }

    /** Its 32 hexadecimal digits without hyphens, as MLflow writes ids. */
    public static String hex(UUID id) {
        return id.toString().replace("-", "");
    }

    /** What {@link #hex} has written; empty for anything else. */
    public static Optional<UUID> ofHex(String digits) {
        return HEX.matcher(digits).matches()
                ? Optional.of(
                        new UUID(Long.parseUnsignedLong(digits, 0, 16, 16), Long.parseUnsignedLong(digits, 16, 32, 16)))
                : Optional.empty();
    }
}
