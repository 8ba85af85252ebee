package dev.tidewright.cluster;

import java.nio.charset.StandardCharsets;

/**
 * A piece of a log.
 *
 * @param text whole lines where possible
 * @param start the absolute byte offset of the first byte; more than was asked for when older bytes are gone
 * @param next the offset to read from next
 * @param ended nothing will follow after {@code next}
 */
public record LogSlice(String text, long start, long next, boolean ended) {

    /** A piece has room for one character in any case. */
    public static final int LEAST = 16;

    /**
     * Leaves away what is not whole at both ends.
     *
     * @param start the absolute offset of the first of these bytes
     * @param reachedEnd there are no bytes after these now
     * @param ended and there never will be
     */
    public static LogSlice cut(byte[] bytes, long start, boolean reachedEnd, boolean ended) {
        var from = start == 0 ? 0 : continuationsAtStart(bytes);
        var to = reachedEnd && ended ? bytes.length : wholeLines(bytes, from);
        var text = new String(bytes, from, to - from, StandardCharsets.UTF_8);
        return new LogSlice(text, start + from, start + to, reachedEnd && ended);
    }

    /** The end of the last whole line, or, when the line is longer than that, of the last whole character. */
    private static int wholeLines(byte[] bytes, int from) {
        for (var end = bytes.length; end > from; end--) {
            if (bytes[end - 1] == '\n') {
                return end;
            }
        }
        return bytes.length - halfCharacterAtEnd(bytes, from);
    }

    private static int continuationsAtStart(byte[] bytes) {
        var count = 0;
        while (count < Math.min(3, bytes.length) && isContinuation(bytes[count])) {
            count++;
        }
        return count;
    }

    private static int halfCharacterAtEnd(byte[] bytes, int from) {
        for (var back = 1; back <= Math.min(3, bytes.length - from); back++) {
            var value = bytes[bytes.length - back] & 0xff;
            if (!isContinuation((byte) value)) {
                var length = value >= 0xf0 ? 4 : value >= 0xe0 ? 3 : value >= 0xc0 ? 2 : 1;
                return length > back ? back : 0;
            }
        }
        return 0;
    }

    private static boolean isContinuation(byte value) {
        return (value & 0xc0) == 0x80;
    }
}
