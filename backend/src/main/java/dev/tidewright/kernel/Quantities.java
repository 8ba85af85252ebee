package dev.tidewright.kernel;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Kubernetes quantities as people type them: {@code 500m}, {@code 2}, {@code 1.5}, {@code 512Mi}, {@code 16Gi}, {@code
 * 2G}. Stricter than Kubernetes on purpose: no exponents, no signs, no spaces, and only sizes a cluster can have.
 */
public final class Quantities {

    /** 10,000 cores; more is a typing error. */
    public static final long MAX_CPU_MILLIS = 10_000_000L;

    /** 1 PiB. */
    public static final long MAX_BYTES = 1L << 50;

    /** More devices of one kind than any namespace can hold. */
    public static final long MAX_DEVICES = 100_000L;

    private static final Pattern NUMBER = Pattern.compile("([0-9]{1,18}(?:\\.[0-9]{1,9})?)([A-Za-z]{0,2})");
    private static final Pattern DEVICE =
            Pattern.compile("[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?");
    private static final Map<String, BigDecimal> BYTE_UNITS = Map.of(
            "", BigDecimal.ONE,
            "k", BigDecimal.valueOf(1_000L),
            "M", BigDecimal.valueOf(1_000_000L),
            "G", BigDecimal.valueOf(1_000_000_000L),
            "T", BigDecimal.valueOf(1_000_000_000_000L),
            "Ki", BigDecimal.valueOf(1L << 10),
            "Mi", BigDecimal.valueOf(1L << 20),
            "Gi", BigDecimal.valueOf(1L << 30),
            "Ti", BigDecimal.valueOf(1L << 40));

    private Quantities() {}

    /** Thousandths of a core; {@code field} is named in the refusal. */
    public static long cpuMillis(String field, String text) {
        var match = NUMBER.matcher(text);
        if (match.matches()) {
            var number = new BigDecimal(match.group(1));
            var millis = switch (match.group(2)) {
                case "m" -> number;
                case "" -> number.movePointRight(3);
                default -> null;
            };
            if (millis != null && isWhole(millis) && millis.compareTo(BigDecimal.valueOf(MAX_CPU_MILLIS)) <= 0) {
                return millis.longValueExact();
            }
        }
        throw wrong(field, text, "cores like \"2\", \"0.5\" or \"500m\", at most 10000");
    }

    /** Bytes; {@code field} is named in the refusal. */
    public static long bytes(String field, String text) {
        var match = NUMBER.matcher(text);
        if (match.matches()) {
            var unit = BYTE_UNITS.get(match.group(2));
            if (unit != null) {
                var bytes = new BigDecimal(match.group(1)).multiply(unit).setScale(0, RoundingMode.CEILING);
                if (bytes.compareTo(BigDecimal.valueOf(MAX_BYTES)) <= 0) {
                    return bytes.longValueExact();
                }
            }
        }
        throw wrong(field, text, "a size like \"512Mi\", \"2Gi\" or \"1.5G\" without spaces, at most 1024Ti");
    }

    /** Whether this can be the name of a device; whether there is one of that name is another matter. */
    public static boolean isDeviceName(String name) {
        return DEVICE.matcher(name).matches();
    }

    static String deviceName(String name) {
        if (!isDeviceName(name)) {
            throw wrong("resources.gpu", name, "the full name of a device and how many, like nvidia.com/gpu=1");
        }
        return name;
    }

    static long devices(String name, @Nullable Long count) {
        if (count == null || count < 0 || count > MAX_DEVICES) {
            throw wrong("resources.gpu." + name, String.valueOf(count), "a whole number from 0 to " + MAX_DEVICES);
        }
        return count;
    }

    /** From a form, {@code nvidia.com/gpu=1}, several divided by commas; null when nothing is said. */
    public static @Nullable Map<String, Long> devices(@Nullable String text) {
        if (text == null || text.isBlank()) {
            return null;
        }
        var devices = new TreeMap<String, Long>();
        for (var part : text.strip().split(",", -1)) {
            var pair = part.strip().split("=", 2);
            var count = pair.length > 1 ? pair[1].strip() : "1";
            if (count.matches("[0-9]{1,12}")) {
                devices.put(pair[0].strip(), Long.valueOf(count));
            } else {
                devices.put(part.strip(), 1L); // no name of a device: refused as it was typed, with all that is wrong
            }
        }
        return devices;
    }

    /** {@code 1500} → {@code 1.5}; {@code 100} → {@code 0.1}. */
    public static String cpu(long millis) {
        return BigDecimal.valueOf(millis, 3).stripTrailingZeros().toPlainString();
    }

    /** The shortest exact form: {@code 17179869184} → {@code 16Gi}. */
    public static String memory(long bytes) {
        for (var unit : new String[] {"Ti", "Gi", "Mi", "Ki"}) {
            var size = BYTE_UNITS.getOrDefault(unit, BigDecimal.ONE).longValueExact();
            if (bytes != 0 && bytes % size == 0) {
                return bytes / size + unit;
            }
        }
        return Long.toString(bytes);
    }

    private static boolean isWhole(BigDecimal number) {
        return number.stripTrailingZeros().scale() <= 0;
    }

    private static Refusal wrong(String field, String text, String right) {
        return new Refusal.Invalid(
                "invalid-quantity", field, "\"" + Text.shortened(text, 40) + "\" is not valid: give " + right);
    }
}
