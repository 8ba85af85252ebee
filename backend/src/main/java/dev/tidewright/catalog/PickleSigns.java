package dev.tidewright.catalog;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;

/** Tells a pickle by its name and by how it begins. Pure, and reads nothing that it recognises. */
final class PickleSigns {

    /** What of a file has to be looked at, bytes. */
    static final int HEAD = 512;

    private static final Pattern NAME =
            Pattern.compile("(?i).*\\.(pkl|pickle|joblib|dill|pt|pth|ckpt)(\\.(gz|z|bz2|xz|lzma|lz4))?");
    /** The oldest protocols are text: marks, then a global, then what it is called with: {@code cbuiltins\neval\n(}. */
    private static final Pattern TEXT = Pattern.compile(
            "[(\\]})l]*c[A-Za-z_][\\w.]*\\n[A-Za-z_][\\w.]*\\n(?:[()]|p\\d+\\n|q[\\x00-\\x1f]).*", Pattern.DOTALL);

    private static final Pattern OBJECTS = Pattern.compile("'descr': *[^,]*'[|<>=]?O'", Pattern.DOTALL);

    private PickleSigns() {}

    static Optional<Pickled.Sign> of(String path) {
        return NAME.matcher(path).matches() ? Optional.of(Pickled.Sign.NAME) : Optional.empty();
    }

    /**
     * By the first bytes.
     *
     * @param head the first {@link #HEAD} bytes, or all there are
     */
    static Optional<Pickled.Sign> of(byte[] head) {
        var text = new String(head, StandardCharsets.ISO_8859_1);
        if (pickle(head) || TEXT.matcher(text).matches() || pickle(unpacked(head))) {
            return Optional.of(Pickled.Sign.BYTES);
        }
        if (text.startsWith("PK\3\4") && firstEntry(head).endsWith("/data.pkl")) {
            return Optional.of(Pickled.Sign.ARCHIVE);
        }
        if (text.startsWith("\u0093NUMPY") && OBJECTS.matcher(text).find()) {
            return Optional.of(Pickled.Sign.ARRAY);
        }
        return Optional.empty();
    }

    /** Protocol 2 and later say so: {@code 0x80}, then the number. */
    private static boolean pickle(byte[] head) {
        return head.length > 2 && at(head, 0) == 0x80 && at(head, 1) >= 2 && at(head, 1) <= 5;
    }

    /** What joblib and others have compressed, as far as a few bytes tell; empty where it is something else. */
    private static byte[] unpacked(byte[] head) {
        if (head.length < 3) {
            return new byte[0];
        }
        var gzip = at(head, 0) == 0x1f && at(head, 1) == 0x8b;
        // Any level of zlib: deflate with the usual window, and a check sum over both bytes.
        var zlib = at(head, 0) == 0x78 && (at(head, 0) * 256 + at(head, 1)) % 31 == 0;
        if (!gzip && !zlib) {
            return new byte[0];
        }
        try (var packed = new ByteArrayInputStream(head);
                InputStream plain = gzip ? new GZIPInputStream(packed) : new InflaterInputStream(packed)) {
            return plain.readNBytes(3);
        } catch (IOException none) {
            return new byte[0];
        }
    }

    private static String firstEntry(byte[] head) {
        if (head.length < 30) {
            return "";
        }
        var length = Math.min(at(head, 26) + 256 * at(head, 27), head.length - 30);
        return new String(head, 30, length, StandardCharsets.UTF_8).toLowerCase(Locale.ROOT);
    }

    private static int at(byte[] head, int index) {
        return head[index] & 0xff;
    }
}
