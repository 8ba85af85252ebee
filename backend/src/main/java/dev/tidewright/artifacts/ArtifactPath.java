package dev.tidewright.artifacts;

import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Text;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * Where a file lies below its owner: relative, segments separated by {@code /}, none of them empty, {@code .} or {@code
 * ..}; at most 512 bytes of UTF-8. A path that leads out of its folder when somebody decodes it once more is refused too;
 * otherwise a percent sign is a character like others (clients write {@code step%1%timestamp%1795…} into names of images).
 */
public record ArtifactPath(String value) {

    static final int MAX_BYTES = 512;

    private static final Pattern DRIVE = Pattern.compile("[A-Za-z]:.*", Pattern.DOTALL);
    private static final Pattern ESCAPE = Pattern.compile("%([0-9A-Fa-f]{2})");

    public ArtifactPath {
        check(value, value);
        if (value.indexOf('%') >= 0) {
            checkDecoded(decoded(value), value);
        }
    }

    /** The last segment. */
    public String fileName() {
        return value.substring(value.lastIndexOf('/') + 1);
    }

    private static void check(String path, String shown) {
        if (path.isEmpty()) {
            throw wrong(shown, "is empty");
        }
        if (bytes(path, shown) > MAX_BYTES) {
            throw wrong(shown, "is longer than " + MAX_BYTES + " bytes");
        }
        if (path.startsWith("/") || DRIVE.matcher(path).matches()) {
            throw wrong(shown, "is absolute");
        }
        if (path.indexOf('\\') >= 0) {
            throw wrong(shown, "has a backslash");
        }
        if (path.codePoints().anyMatch(ArtifactPath::isUnprintable)) {
            throw wrong(shown, "has a control character");
        }
        for (var segment : path.split("/", -1)) {
            if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
                throw wrong(shown, "has a segment \"" + segment + "\"");
            }
        }
    }

    private static void checkDecoded(String path, String shown) {
        if (path.startsWith("/") || path.startsWith("\\")) {
            throw wrong(shown, "is absolute, decoded once more");
        }
        for (var segment : path.split("[/\\\\]", -1)) {
            if (segment.equals(".") || segment.equals("..")) {
                throw wrong(shown, "has a segment \"" + segment + "\", decoded once more");
            }
        }
    }

    private static int bytes(String path, String shown) {
        try {
            return StandardCharsets.UTF_8
                    .newEncoder()
                    .encode(java.nio.CharBuffer.wrap(path))
                    .remaining();
        } catch (CharacterCodingException malformed) {
            throw wrong(shown, "has characters that are no Unicode text");
        }
    }

    private static boolean isUnprintable(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL, Character.SURROGATE, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
                true;
            default -> false;
        };
    }

    /** One round of percent-decoding; bytes that are no UTF-8 stay as they are, character by character. */
    private static String decoded(String path) {
        var bytes = ByteBuffer.allocate(path.length() * 4);
        var match = ESCAPE.matcher(path);
        var position = 0;
        while (match.find()) {
            bytes.put(path.substring(position, match.start()).getBytes(StandardCharsets.UTF_8));
            bytes.put((byte) Integer.parseInt(match.group(1), 16));
            position = match.end();
        }
        bytes.put(path.substring(position).getBytes(StandardCharsets.UTF_8));
        return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
    }

    private static Refusal wrong(String path, String what) {
        var shown = Text.shortened(path, 80)
                .codePoints()
                .collect(
                        StringBuilder::new,
                        (text, character) -> {
                            if (isUnprintable(character)) {
                                text.append("\\u").append(String.format("%04x", character));
                            } else {
                                text.appendCodePoint(character);
                            }
                        },
                        StringBuilder::append);
        return new Refusal.Invalid(
                "invalid-path",
                "path",
                "the path \"" + shown + "\" " + what
                        + ": use a relative path like \"model/model.joblib\", without \"..\", \"\\\" or control characters");
    }

    @Override
    public String toString() {
        return value;
    }
}
